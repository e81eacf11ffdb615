import { setTimeout as delay } from "node:timers/promises";
import { EXIT, UserError } from "../errors.ts";
import { describeProcess, everyone, identify, isSame, type Members, membersOf } from "./os/identity.ts";
import { describe, findListeners, type Listener } from "./os/ports.ts";
import { removeRecord } from "./record.ts";
import type { StateFolder } from "./state.ts";
import type { ProcessIdentity, ServiceRecord } from "./types.ts";

/** How a stop went. */
export interface StopResult {
  /** `stopped` by SIGTERM, `killed` by SIGKILL after the deadline, or nothing was left to stop. */
  readonly outcome: "stopped" | "killed" | "already_gone";
  readonly tookMs: number;
  /** Who listens on the service's address now: never the service itself. */
  readonly listeners: readonly Listener[];
}

/** How long a service may take from SIGTERM to its end, unless its spec says otherwise; in milliseconds. */
export const DEFAULT_STOP_TIMEOUT_MS = 5000;

const POLL_MS = 25;
/** How long the kernel may take to clear up after SIGKILL, in milliseconds. */
const KILL_TIMEOUT_MS = 3000;

/**
 * Stops a service and all of its processes: SIGTERM, a deadline, SIGKILL, then the proof that nobody is
 * left. The record is removed. Safe for any record: a process that is not the service's gets no signal.
 *
 * @throws UserError `stop_failed` naming who is left; the record then stays
 */
export async function stopService(
  record: ServiceRecord,
  state: StateFolder,
  { timeoutMs = DEFAULT_STOP_TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<StopResult> {
  const started = performance.now();
  const outcome = await endMembers(record, state, timeoutMs);
  removeRecord(state, record);
  const tookMs = Math.round(performance.now() - started);
  return { outcome, tookMs, listeners: await findListeners(record) };
}

async function endMembers(
  record: ServiceRecord,
  state: StateFolder,
  timeoutMs: number,
): Promise<StopResult["outcome"]> {
  let known: ProcessIdentity[] = [];
  const members = () => {
    const found = membersOf({ service: record.name, stateDir: state.root }, record, known);
    known = everyone(found);
    return found;
  };
  const looksEmpty = () => everyone(members()).length === 0;
  // Twice: one look may miss a child that was forked, by a process that then ended, while it went on.
  const areGone = () => looksEmpty() && looksEmpty();
  if (areGone()) return "already_gone";

  signalMembers(members(), record.pid, "SIGTERM");
  if (await within(timeoutMs, () => !isSame(record) && areGone())) return "stopped";

  const killed = await within(KILL_TIMEOUT_MS, () => {
    // At every look anew: a member may have forked between the last look and the signal.
    signalMembers(members(), record.pid, "SIGKILL");
    return areGone();
  });
  if (killed) return "killed";
  throw stopFailed(record.name, everyone(members()));
}

/** The group is signalled at once, so that none of it forks away in between; strays one by one. */
function signalMembers({ group, strays }: Members, groupId: number, signal: NodeJS.Signals): void {
  if (group.some(isUnchanged)) send(-groupId, signal);
  for (const stray of strays) if (isUnchanged(stray)) send(stray.pid, signal);
}

function isUnchanged({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // ESRCH: it went by itself. EPERM: it changed its user, and is named when the deadline has passed.
  }
}

async function within(timeoutMs: number, isDone: () => boolean): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!isDone()) {
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function stopFailed(name: string, left: readonly ProcessIdentity[]): UserError {
  const who = left.map(({ pid }) => describeProcess(pid)).filter((found) => found !== undefined);
  const pids = left.map(({ pid }) => pid).join(" ");
  return new UserError(
    "stop_failed",
    `${name} should have ended, but is still there after SIGKILL: ${who.map(describe).join("; ")}.`,
    { hint: `Stop it with the rights of its user: kill -9 ${pids}`, exitCode: EXIT.failed },
  );
}
