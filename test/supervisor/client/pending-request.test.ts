import { expect, test } from "vitest";
import { pendingRequest } from "../../../src/supervisor/client/pending-request.ts";
import type { ServiceReport } from "../../../src/supervisor/supervisor-protocol.ts";
import { serviceReport } from "../service-report.ts";

const report = (phase: ServiceReport["phase"], request = "r") => serviceReport(phase, { request });

test.each<[string, string | undefined, Record<string, ServiceReport> | undefined, string | undefined]>([
  ["without a supervisor nobody answers a request", "r", undefined, undefined],
  ["who was never wanted is not on the way", undefined, {}, undefined],
  ["a supervisor that has not spoken yet will answer", "r", {}, "r"],
  ["a newer request than the one that was answered will be", "s", { web: report("ready", "r") }, "s"],
  ["what waits for another is on its way", "r", { web: report("waiting") }, "r"],
  ["what is being started is on its way", "r", { web: report("starting") }, "r"],
  ["what is ready has arrived", "r", { web: report("ready") }, undefined],
  ["what was given up is not on its way", "r", { web: report("failed") }, undefined],
  ["a pause before a restart is not worth waiting for", "r", { web: report("backoff") }, undefined],
])("%s", (_, wanted, reports, expected) => {
  expect(pendingRequest(wanted, reports, "web")).toBe(expected);
});
