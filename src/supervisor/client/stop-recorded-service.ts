import { crashService } from "../crash-service.ts";
import { noteDeed } from "../daemon/service-events.ts";
import { isRecorded } from "../process-record.ts";
import type { ServiceRecord } from "../service-spec.ts";
import type { StateFolder } from "../state-folder.ts";
import type { LockedState } from "../state-lock.ts";
import {
  askServiceToEnd,
  LAST_MOMENTS_MS,
  type StopResult,
  stopService,
  untilServiceEnds,
} from "../stop-service.ts";
import { withCommandLock } from "./lock-for-command.ts";
import { recordedService } from "./recorded-services.ts";

export type { StopResult } from "../stop-service.ts";

/** Why and how a service is stopped. */
export interface StopOrder {
  /** As the events tell it, without a full stop. */
  readonly reason: string;
  /** Aborted when nobody wants to wait any longer: it is killed. */
  readonly hurry: AbortSignal | undefined;
}

/**
 * Stops a service with all of its processes, and writes down that it was, with the reason. Whether it is started again
 * hangs on its request.
 *
 * @throws UserError `stop_failed`
 */
export async function stopRecordedService(
  state: LockedState,
  record: ServiceRecord,
  { reason, hurry }: StopOrder,
): Promise<StopResult> {
  const result = await stopService(record, state, { hurry });
  const detail = result.outcome === "already_gone" ? `${reason}; it had ended before` : reason;
  noteDeed(state, { event: "stopped", service: record.name, pid: record.pid, detail });
  return result;
}

/** Asks a service to end, and waits for nothing: {@link awaitRecordedServiceEnd} follows. */
export function askRecordedServiceToEnd(state: LockedState, record: ServiceRecord): void {
  askServiceToEnd(record, state);
}

/**
 * Waits, without the lock, until a service has ended that was asked to, which may take as long as its replies do; then clears up after
 * it, as {@link stopRecordedService} does. One that does not end in its time is killed. Where another command has done so
 * before, and may have started another one by its name, that is left alone.
 *
 * @throws UserError `stop_failed`
 */
export async function awaitRecordedServiceEnd(
  folder: StateFolder,
  record: ServiceRecord,
  { reason, hurry }: StopOrder,
): Promise<StopResult> {
  const began = performance.now();
  await untilServiceEnds(record, folder, hurry);
  return await withCommandLock(folder, async (locked) => {
    const left = isRecorded(locked, record)
      ? await stopService(record, locked, { timeoutMs: LAST_MOMENTS_MS, hurry })
      : undefined;
    if (left !== undefined)
      noteDeed(locked, { event: "stopped", service: record.name, pid: record.pid, detail: reason });
    const outcome = left?.outcome === "killed" ? "killed" : "stopped";
    return { outcome, tookMs: Math.round(performance.now() - began), listeners: left?.listeners ?? [] };
  });
}

/**
 * Kills all processes of a service that `stack` started, as a crash would end them, and writes that down: its
 * supervisor does what its restart policy says.
 *
 * @returns whether it was there to be killed
 * @throws UserError `stop_failed`
 */
export async function crashRecordedService(
  state: LockedState,
  name: string,
  reason: string,
): Promise<boolean> {
  const record = recordedService(state, name);
  if (record === undefined || record.adopted === true) return false;
  if ((await crashService(record, state)) === 0) return false;
  noteDeed(state, { event: "killed", service: name, pid: record.pid, detail: reason });
  return true;
}
