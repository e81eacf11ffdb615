import type { FastifyInstance } from "fastify";
import type { DoctorAnswer } from "../../contract/doctor-report.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { endpoint } from "../http/define-endpoint.ts";
import type { HmiOptions } from "./start-hmi.ts";

/** What `stack doctor` found the last time, where `lastReport` can tell. */
export function serveDoctor(app: FastifyInstance, lastReport: HmiOptions["lastDoctorReport"]): void {
  endpoint(app, hmiRoutes.doctor, {}, async (): Promise<DoctorAnswer> => {
    const kept = (await lastReport?.()) ?? null;
    // The clock may have been set back since.
    const age_s = Math.max(0, Math.round((Date.now() - Date.parse(kept?.report.at ?? "")) / 1000));
    return { status: "ok", last: kept && { ...kept, age_s } };
  });
}
