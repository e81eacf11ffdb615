import { readDesiredState } from "../daemon/desired-state-file.ts";
import { livingSupervisor, readStates } from "../daemon/service-states-file.ts";
import type { StateFolder } from "../state-folder.ts";
import type { ServiceReports } from "../supervisor-protocol.ts";

/**
 * Tells of a service, by its name, the request that another command made and that the supervisor is about to answer;
 * undefined where there is none.
 *
 * @throws UserError `state_unreadable`, `foreign_owner`
 */
export function pendingRequests(state: StateFolder): (name: string) => string | undefined {
  const { services: wanted } = readDesiredState(state);
  const reports = livingReports(state);
  return (name) => pendingRequest(wanted[name]?.request, reports, name);
}

/** The word of the living supervisor: nothing yet, if it has only just been started; undefined where there is none. */
function livingReports(state: StateFolder): ServiceReports | undefined {
  const { states, isAlive } = readStates(state);
  if (isAlive) return states?.services;
  return livingSupervisor(state) === undefined ? undefined : {};
}

/** {@link pendingRequests} of one service, by how it is wanted and what is said of it. */
export function pendingRequest(
  wanted: string | undefined,
  reports: ServiceReports | undefined,
  name: string,
): string | undefined {
  if (wanted === undefined || reports === undefined) return undefined;
  const report = reports[name];
  const isAnswered = report !== undefined && report.request === wanted;
  return !isAnswered || report.phase === "waiting" || report.phase === "starting" ? wanted : undefined;
}
