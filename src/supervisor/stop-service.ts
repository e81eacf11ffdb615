import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { describeListener, findListeners, type Listener } from "../os/listening-ports.ts";
import { identify, startOrder } from "../os/process-identity.ts";
import { membersOf } from "../os/process-members.ts";
import { isSameRun, readRecord, removeRecord, writeRecord } from "./process-record.ts";
import { serviceMark } from "./service-mark.ts";
import { isEnding, type ServiceRecord, stopTimeoutOf } from "./service-spec.ts";
import {
  askToEnd,
  type EndOutcome,
  endProcesses,
  endsWithin,
  type LookForMembers,
  type Patience,
} from "./signal-then-kill.ts";
import type { StateFolder } from "./state-folder.ts";
import type { LockedState } from "./state-lock.ts";

/** How a stop went. */
export interface StopResult {
  /** `stopped` by its stop signal, `killed` by SIGKILL after the deadline, or nothing was left to stop. */
  readonly outcome: EndOutcome;
  readonly tookMs: number;
  /** Who has taken the service's address meanwhile. */
  readonly listeners: readonly Listener[];
}

/**
 * Stops a service and all of its processes: its stop signal, a deadline, SIGKILL, then the proof that nobody is
 * left and that its port is free. The record is removed. Safe for any record: a process that is not the service's
 * gets no signal. An adopted service is its process and what that has started.
 *
 * @throws UserError `stop_failed` naming who is left, where the record then stays, or who still has the port
 */
export async function stopService(
  record: ServiceRecord,
  state: StateFolder,
  { timeoutMs = stopTimeoutOf(record), hurry }: Partial<Patience> = {},
): Promise<StopResult> {
  const started = performance.now();
  const before = await listenersOn(record);
  const outcome = await endProcesses(record, membersIn(record, state), { timeoutMs, hurry });
  removeRecord(state, record);
  const tookMs = Math.round(performance.now() - started);
  const listeners = await listenersOn(record);
  const left = listeners.filter(
    (one) => !isOlder(one, record) && before.some((other) => isSameListener(one, other)),
  );
  if (left.length > 0 && outcome !== "already_gone") throw portNotFree(record, left);
  return { outcome, tookMs, listeners };
}

/**
 * Asks a service to end, once, and writes down that it was; waits for nothing: {@link stopService} follows, when it has
 * ({@link untilServiceEnds}). A second signal would end some programs at once, in the midst of their work.
 */
export function askServiceToEnd(record: ServiceRecord, state: LockedState): void {
  const reading = readRecord(state, record.name);
  const written = reading.kind === "record" && isSameRun(reading.record, record) ? reading.record : undefined;
  if (written !== undefined && isEnding(written)) return;
  askToEnd(record, membersIn(record, state)([]));
  if (written !== undefined) writeRecord(state, { ...written, asked_to_end_at: new Date().toISOString() });
}

/**
 * Waits until all processes of a service that was asked to end have ended, or its time is over, or `hurry` is aborted. It needs no
 * lock. Returns whether they have.
 */
export async function untilServiceEnds(
  record: ServiceRecord,
  state: StateFolder,
  hurry?: AbortSignal,
): Promise<boolean> {
  return await endsWithin(record, membersIn(record, state), { timeoutMs: stopTimeoutOf(record), hurry });
}

/** What a service that has had its time gets from the last signal on, in milliseconds. */
export const LAST_MOMENTS_MS = 1_000;

function membersIn(record: ServiceRecord, state: StateFolder): LookForMembers {
  const mark = serviceMark(record.name, state, record);
  return (known) => membersOf(mark, record, known);
}

async function listenersOn({ host, port, pid }: ServiceRecord): Promise<Listener[]> {
  return host === undefined || port === undefined ? [] : await findListeners({ host, port }, [pid]);
}

function isSameListener(one: Listener, other: Listener): boolean {
  return one.address === other.address && one.pid === other.pid;
}

/** What was there before a service was started is none of its processes. */
function isOlder({ pid }: Listener, { start_time, first_start_time = start_time }: ServiceRecord): boolean {
  const process = pid === undefined ? undefined : identify(pid);
  return process !== undefined && startOrder(process.startTime) < startOrder(first_start_time);
}

/** Who had the port before has it still: what the service started and let go of, or a stranger beside it. */
function portNotFree({ name, port }: ServiceRecord, left: readonly Listener[]): UserError {
  const pids = left.flatMap(({ pid }) => pid ?? []).join(" ");
  return new UserError(
    "stop_failed",
    `${name} has ended, but port ${port} should be free and is not: ${left.map(describeListener).join("; ")}. ` +
      "It had the port before, and neither its process group nor its environment shows that it is of the service.",
    {
      hint: pids === "" ? "Ask its user to stop it." : `If it is no longer needed: kill ${pids}`,
      exitCode: EXIT.failed,
    },
  );
}
