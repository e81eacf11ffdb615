import type { ServiceState } from "../inspect-service.ts";
import { isEnding } from "../service-spec.ts";
import type { ServiceReport } from "../supervisor-protocol.ts";

/** How a supervisor goes on with a service that the one before it saw to. */
export type Resumption =
  /** Its process is watched from now on. */
  | "pick_up"
  /** It was asked for anew, and is started; what runs is kept if it is well. */
  | "start"
  /** It was asked for anew while it was watched, or while it was being stopped: what runs is stopped, and it is started. */
  | "replace"
  /** It ended while nobody watched. */
  | "ended"
  /** It waits for its next start. */
  | "pause"
  /** Nobody wants it, or it was given up. */
  | "rest";

/** Phases in which a process of the service runs. */
export const LIVING: ReadonlySet<ServiceReport["phase"]> = new Set(["starting", "ready", "unhealthy"]);

/**
 * Decides how to go on.
 *
 * @param before what the supervisor before this one knew; undefined where nobody knows
 * @param request by which the service is wanted now; null where it is not
 */
export function resumptionOf(
  before: ServiceReport | undefined,
  request: string | null,
  found: ServiceState,
): Resumption {
  const isNew = request !== null && before?.request !== request;
  if (found.state === "running") {
    // It is not there any more in a moment.
    if (request !== null && isEnding(found.record)) return "replace";
    return isNew ? newRequestOf(before) : "pick_up";
  }
  if (isNew) return "start";
  if (request === null || before === undefined) return "rest";
  if (before.phase === "stopped" || before.phase === "failed" || before.phase === "done") return "rest";
  if (before.phase === "backoff") return "pause";
  return found.state === "stale" && hasBeenReady(before) ? "ended" : "start";
}

/** Of what runs. */
function newRequestOf(before: ServiceReport | undefined): Resumption {
  return before !== undefined && LIVING.has(before.phase) ? "replace" : "start";
}

/** Whether a service was ready since it was last asked for. */
export function hasBeenReady({ phase, restarts, ready_ms }: ServiceReport): boolean {
  return restarts > 0 || ready_ms !== null || ["ready", "unhealthy", "backoff"].includes(phase);
}
