import { setTimeout as delay } from "node:timers/promises";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { describe } from "../os/listening-ports.ts";
import { describeProcess, isAlive, isSameProcess, type RecordedIdentity } from "../os/process-identity.ts";
import { everyone, type Members } from "../os/process-members.ts";
import type { ProcessIdentity } from "../os/process-table.ts";
import type { ServiceRecord } from "./service-spec.ts";

/** Whom to end: the leader, what the error calls it, and its stop signal. */
export type LeaderToEnd = RecordedIdentity & Pick<ServiceRecord, "name" | "stop">;

/** How long processes are given. */
export interface Patience {
  /** From the stop signal to SIGKILL, in milliseconds. */
  readonly timeoutMs: number;
  /** Aborted when a person has waited long enough: SIGKILL follows at once. */
  readonly hurry?: AbortSignal | undefined;
}

/** How processes ended. */
export type EndOutcome = "stopped" | "killed" | "already_gone";

const POLL_MS = 25;
/** A log's rotation suspends its writer, and lets it go on by itself long before this, in milliseconds. */
const LONGEST_PAUSE_MS = 500;
/** How long the kernel may take to clear up after SIGKILL, in milliseconds. */
const KILL_TIMEOUT_MS = 3000;

/**
 * Ends processes: the stop signal, a deadline, SIGKILL, then the proof that nobody is left. The identity of each is
 * looked up right before its signal.
 *
 * @throws UserError `stop_failed` naming who is left
 */
export async function endProcesses(
  leader: LeaderToEnd,
  look: LookForMembers,
  { timeoutMs, hurry }: Patience,
): Promise<EndOutcome> {
  const members = rememberingMembers(look);
  if (areGone(members)) return "already_gone";
  signalMembers(members(), leader.pid, leader.stop?.signal ?? "SIGTERM");
  if (await endWithin(leader, members, { timeoutMs, hurry })) return "stopped";
  const killed = await within(KILL_TIMEOUT_MS, () => {
    // At every look anew: a member may have forked between the last look and the signal.
    signalMembers(members(), leader.pid, "SIGKILL");
    return areGone(members);
  });
  if (killed) return "killed";
  throw stopFailed(leader.name, everyone(members()));
}

/** Who there is to be ended now, given who was seen before. */
export type LookForMembers = (known: readonly ProcessIdentity[]) => Members;

/** Sends its stop signal to a service that is there, and waits for nothing. */
export function askToEnd(leader: LeaderToEnd, members: Members): void {
  signalMembers(members, leader.pid, leader.stop?.signal ?? "SIGTERM");
}

/**
 * Waits until processes that were asked to end ({@link askToEnd}) have ended, all of them: a shell that has ended may have left what
 * it ran in the midst of its work. Returns whether they have.
 */
export async function endsWithin(
  leader: LeaderToEnd,
  look: LookForMembers,
  patience: Patience,
): Promise<boolean> {
  return await endWithin(leader, rememberingMembers(look), patience);
}

async function endWithin(
  leader: LeaderToEnd,
  members: () => Members,
  { timeoutMs, hurry }: Patience,
): Promise<boolean> {
  const haveEnded = () => !isSameProcess(leader) && areGone(members);
  const pauseMs = Math.min(timeoutMs, LONGEST_PAUSE_MS);
  if (await within(pauseMs, haveEnded, hurry)) return true;
  // One that is suspended, by Ctrl-Z or since a supervisor died in a rotation, heeds the signal only when it goes on.
  signalMembers(members(), leader.pid, "SIGCONT");
  return await within(timeoutMs - pauseMs, haveEnded, hurry);
}

function rememberingMembers(look: LookForMembers): () => Members {
  let known: ProcessIdentity[] = [];
  return () => {
    const found = look(known);
    known = everyone(found);
    return found;
  };
}

/** Looks twice: one look may miss a child that was forked, by a process that then ended, while it went on. */
function areGone(members: () => Members): boolean {
  const looksEmpty = () => everyone(members()).length === 0;
  return looksEmpty() && looksEmpty();
}

/**
 * Kills these processes as a crash would: SIGKILL and no signal before it, once, and the proof that they are gone. Whoever
 * has the service's mark after that is another run of it, and is left alone.
 *
 * @throws UserError `stop_failed` naming who is left
 */
export async function killAtOnce(leader: Pick<LeaderToEnd, "pid" | "name">, members: Members): Promise<void> {
  signalMembers(members, leader.pid, "SIGKILL");
  const left = () => everyone(members).filter(isAlive);
  if (await within(KILL_TIMEOUT_MS, () => left().length === 0)) return;
  throw stopFailed(leader.name, left());
}

/** The group is signalled at once, so that none of it forks away in between; strays one by one. */
function signalMembers({ group, strays }: Members, groupId: number, signal: NodeJS.Signals): void {
  if (group.some(isAlive)) send(-groupId, signal);
  for (const stray of strays) if (isAlive(stray)) send(stray.pid, signal);
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // ESRCH: it went by itself. EPERM: it changed its user, and is named when the deadline has passed.
  }
}

async function within(timeoutMs: number, isDone: () => boolean, hurry?: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!isDone()) {
    if (performance.now() >= deadline || hurry?.aborted) return false;
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
