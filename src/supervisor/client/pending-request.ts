import { livingSupervisor, readStates } from "../daemon/states-file.ts";
import type { ServiceReport } from "../daemon/supervisor-state.ts";
import type { StateFolder } from "../state-folder.ts";

/** What the living supervisor says, by service: nothing yet, if it has only just been started. */
export type Reports = { readonly [name: string]: ServiceReport };

/** The word of the living supervisor; undefined where there is none. */
export function reportsOf(folder: StateFolder): Reports | undefined {
  const { states, isAlive } = readStates(folder);
  if (isAlive) return states?.services;
  return livingSupervisor(folder) === undefined ? undefined : {};
}

/** The request that another command made and that the supervisor is about to answer; undefined where there is none. */
export function pendingRequest(
  wanted: string | undefined,
  reports: Reports | undefined,
  name: string,
): string | undefined {
  if (wanted === undefined || reports === undefined) return undefined;
  const report = reports[name];
  const isAnswered = report !== undefined && report.request === wanted;
  return !isAnswered || report.phase === "waiting" || report.phase === "starting" ? wanted : undefined;
}
