import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import {
  type ExamineOptions,
  examine,
  type LadderReport,
  type RungReport,
} from "../../src/doctor/run-doctor.ts";

/** A stack by its URLs, as a test's doctor is given it. */
export interface PatientUrls {
  readonly hmi: string;
  readonly gateway: string;
  readonly engine: string;
}

export interface DoctorSettings extends Pick<ExamineOptions, "slow"> {
  readonly chat?: Partial<Config["chat"]>;
  readonly engine?: Partial<Config["engine"]>;
  readonly stream?: Partial<Config["stream"]>;
  readonly token?: string;
  readonly signal?: AbortSignal;
}

/** Examines services by their URLs. */
export async function examineUrls(
  { hmi, gateway, engine }: PatientUrls,
  {
    slow = false,
    chat,
    engine: wire,
    stream,
    token = "",
    signal = new AbortController().signal,
  }: DoctorSettings = {},
): Promise<LadderReport> {
  const config: Config = {
    ...DEFAULT_CONFIG,
    chat: { ...DEFAULT_CONFIG.chat, ...chat },
    engine: { ...DEFAULT_CONFIG.engine, ...wire },
    stream: { ...DEFAULT_CONFIG.stream, ...stream },
    auth: { ...DEFAULT_CONFIG.auth, token },
    // Nothing of it is looked at: all services are given.
    state: { dir: "/nonexistent" },
  };
  return await examine({ config, env: {}, urls: { hmi, gateway, engine }, slow, signal });
}

/** The codes of what is broken, by rung. */
export function brokenIn({ rungs }: LadderReport): Record<string, string> {
  return Object.fromEntries(
    rungs.flatMap(({ id, problem }) => (problem === null ? [] : [[id, problem.code]])),
  );
}

/** One rung of a report. */
export function rungOf({ rungs }: Pick<LadderReport, "rungs">, id: string): RungReport {
  const rung = rungs.find((each) => each.id === id);
  if (rung === undefined) throw new Error(`There is no rung ${id}.`);
  return rung;
}
