import { everyone, membersOf } from "../../os/process-members.ts";
import { inspectService, type ServiceState } from "../inspect-service.ts";
import { readRecord } from "../process-record.ts";
import { serviceMark } from "../service-mark.ts";
import { isEnding, type ServiceRecord, type ServiceSpec } from "../service-spec.ts";
import type { StateFolder } from "../state-folder.ts";
import { stopService } from "../stop-service.ts";

/** A service whose process is there. */
export type Running = Extract<ServiceState, { state: "running" }>;

/** How what runs is stopped. */
export interface StopWish {
  /** Whether it is stopped even if it is well. */
  readonly mustStop: boolean;
  /** From its stop signal to SIGKILL, in milliseconds; as it was started, where absent. */
  readonly timeoutMs?: number | undefined;
  /** Told of what ran and was stopped. */
  readonly onStopped: (record: ServiceRecord) => void;
}

/**
 * Sees to it that nothing of a service is there before it is launched: never is there a second one. Only for the
 * holder of the lock.
 *
 * @returns what runs well, and as it is configured now; else all of it was stopped
 * @throws UserError `stop_failed`
 */
export async function keepOrStopRunning(
  spec: ServiceSpec,
  state: StateFolder,
  { mustStop, timeoutMs, onStopped }: StopWish,
): Promise<Running | undefined> {
  if (!hasTraces(spec.name, state)) return undefined;
  const found = await inspectService(spec, state);
  if (found.state === "running" && !mustStop && isWell(found)) return found;
  if ("record" in found && found.record !== undefined) {
    const { outcome } = await stopService(found.record, state, timeoutMs === undefined ? {} : { timeoutMs });
    if (outcome !== "already_gone") onStopped(found.record);
  }
  return undefined;
}

/** Whether it runs as it should, as it is configured now, and on. */
export function isWell({ record, healthy, changed }: Running): boolean {
  return healthy && !changed && !isEnding(record);
}

/** Mostly there are none, and the whole look costs tens of milliseconds on a busy machine, at each start of a chain. */
function hasTraces(name: string, state: StateFolder): boolean {
  if (readRecord(state, name).kind !== "none") return true;
  return everyone(membersOf(serviceMark(name, state))).length > 0;
}
