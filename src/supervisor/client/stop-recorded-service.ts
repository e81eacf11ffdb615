import { isSameProcess } from "../../os/process-identity.ts";
import { membersOf } from "../../os/process-members.ts";
import { crashService } from "../crash-service.ts";
import { noteDeed } from "../daemon/service-events.ts";
import { serviceMark } from "../service-mark.ts";
import { type ServiceRecord, stopTimeoutOf } from "../service-spec.ts";
import { askToEnd, endsWithin } from "../signal-then-kill.ts";
import type { LockedState } from "../state-lock.ts";
import { type StopResult, stopService } from "../stop-service.ts";
import { recordedService } from "./recorded-services.ts";

export type { StopResult } from "../stop-service.ts";

/** Why and how a service is stopped. */
export interface StopOrder {
  /** As the events tell it, without a full stop. */
  readonly reason: string;
  /** Aborted when nobody wants to wait any longer: it is killed. */
  readonly hurry: AbortSignal | undefined;
  /** Whether it was asked to end before this ({@link askRecordedServiceToEnd}): then it has not ended by itself. */
  readonly wasAsked?: boolean;
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
  { reason, hurry, wasAsked = false }: StopOrder,
): Promise<StopResult> {
  const result = await stopService(record, state, { hurry });
  const hadEnded = result.outcome === "already_gone" && !wasAsked;
  const detail = hadEnded ? `${reason}; it had ended before` : reason;
  noteDeed(state, { event: "stopped", service: record.name, pid: record.pid, detail });
  return result;
}

/** Asks a service to end, and waits for nothing: {@link stopRecordedService} follows, when it has ({@link untilServiceEnds}). */
export function askRecordedServiceToEnd(state: LockedState, record: ServiceRecord): void {
  if (!isSameProcess(record)) return;
  askToEnd(record, membersOf(serviceMark(record.name, state, record), record));
}

/** Waits until a service that was asked to end has ended, or its time is over, or `hurry` is aborted. It needs no lock. */
export async function untilServiceEnds(record: ServiceRecord, hurry: AbortSignal | undefined): Promise<void> {
  await endsWithin(stopTimeoutOf(record), record, hurry);
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
