import { existsSync } from "node:fs";
import { EXIT, UserError } from "../errors/user-error.ts";
import { darwin } from "./darwin-processes.ts";
import { linux } from "./linux-processes.ts";
import { isOtherNamespace, ownPidNamespace } from "./pid-namespace.ts";
import type { Mark, ProcessDetails, ProcessIdentity, ProcessTable } from "./process-table.ts";

/**
 * What a record says to name one process for good. Its program, arguments and folder are not among it: they are for
 * people, because a process may change them and stay the same one, as a shell does with `exec`.
 */
export interface RecordedIdentity {
  readonly pid: number;
  /** {@link ProcessIdentity.startTime}. */
  readonly start_time: string;
  readonly boot_id: string;
  /** The PID namespace that `pid` is of, as `pid:[4026531836]`. Absent where the OS has none. */
  readonly pid_namespace?: string;
  /** Name of the user that it runs as. */
  readonly owner?: string;
  /** True where somebody else started it: then its process group may hold others too. */
  readonly adopted?: boolean;
}

/** The living process with this pid; a zombie is not one. */
export function identify(pid: number): ProcessIdentity | undefined {
  return processes().identify(pid);
}

/** The living process with this pid, with what a person wants to know about it. */
export function describeProcess(pid: number): ProcessDetails | undefined {
  return processes().details(pid);
}

/** Name of the user that a living process runs as. */
export function ownerOf(pid: number): string | undefined {
  return processes().owner(pid);
}

/** Path of the file that a process runs, as far as this user may see it. */
export function executableOf(pid: number): string | undefined {
  return processes().executable(pid);
}

/** A number by which start times can be ordered, whatever becomes of the time of day; NaN of what is none. */
export function startOrder(startTime: string): number {
  return processes().startOrder(startTime);
}

/** Whether a living process is stopped (SIGSTOP), every thread of it. */
export function isStopped(pid: number): boolean {
  return processes().isStopped(pid);
}

/** The mark of the service that a living process is of; absent where it has none that this user may see. */
export function serviceMarkOf(pid: number): Mark | undefined {
  return processes().markOf(pid);
}

/** Whether a process is the one that asks, or has started it, itself or through others. */
export function isAboveUs(pid: number): boolean {
  const below = processes().descendants([pid]);
  return pid === process.pid || below.some((one) => one.pid === process.pid);
}

/**
 * What became of a recorded process; `pid_reused` also where its user is another than the recorded one. Of one of
 * `other_namespace` nothing can be said from here: its pid names nobody, or somebody else.
 */
export type Fate = "alive" | "gone" | "other_boot" | "other_namespace" | "pid_reused";

/** Compares a recorded process with the one that has its pid now. */
export function fateOf(recorded: RecordedIdentity): Fate {
  if (recorded.boot_id === identifySelf().bootId && isOtherNamespace(recorded.pid_namespace))
    return "other_namespace";
  const now = identify(recorded.pid);
  const isIt = now?.startTime === recorded.start_time && now.bootId === recorded.boot_id;
  if (isIt && (recorded.owner === undefined || recorded.owner === ownerOf(recorded.pid))) return "alive";
  if (recorded.boot_id !== identifySelf().bootId) return "other_boot";
  return now === undefined ? "gone" : "pid_reused";
}

/** Whether the recorded process, and no other with its pid, is alive. */
export function isSameProcess(recorded: RecordedIdentity): boolean {
  return fateOf(recorded) === "alive";
}

/** The process that asks. */
export function identifySelf(): ProcessIdentity {
  const self = identify(process.pid);
  if (self === undefined) throw new Error("This process does not find itself in the process table.");
  return self;
}

/** The process that asks, as records name it. */
export function recordedSelf(): RecordedIdentity {
  const { pid, startTime, bootId } = identifySelf();
  const namespace = ownPidNamespace();
  return {
    pid,
    start_time: startTime,
    boot_id: bootId,
    ...(namespace === undefined ? {} : { pid_namespace: namespace }),
  };
}

/** The living processes of a service. */
export interface Members {
  /** Those in the process group of its leader; may be signalled all at once. */
  readonly group: readonly ProcessIdentity[];
  /**
   * Those that carry its mark elsewhere: they left the group, or nobody recorded their leader. Oldest first.
   * Of an adopted service, all those that may not be signalled at once.
   */
  readonly strays: readonly ProcessIdentity[];
}

/**
 * Finds the living processes of a service.
 *
 * Where the leader is gone, its group counts only if it holds a process that carries the mark or is
 * known: the kernel reserves a pid while a group has it as its id, but an emptied group's id may have
 * gone to a stranger. The process that asks is never a member, even if the service started it.
 *
 * @param known members that were seen before; where marks cannot be read, they vouch for the group
 */
export function membersOf(
  mark: Mark,
  leader?: RecordedIdentity,
  known: readonly ProcessIdentity[] = [],
): Members {
  if (leader?.adopted) return adoptedMembers(leader, known);
  const marked = processes().marked(mark);
  const group = leader ? groupOf(leader, [...marked, ...known]) : [];
  const others = ({ pid }: ProcessIdentity) => pid !== process.pid;
  if (!group.every(others)) return { group: [], strays: unique([...marked, ...group]).filter(others) };
  return { group, strays: marked.filter((one) => others(one) && !includes(group, one)) };
}

/**
 * A process and all that it has started, as far as it is to be seen by who started whom. For what carries no mark:
 * its group may be that of the shell or the script from which somebody started it, together with others, and is one
 * only where that holds nobody else.
 *
 * @param known members that were seen before; what they have started is found even when the process has gone
 */
export function familyOf(top: ProcessIdentity, known: readonly ProcessIdentity[] = []): Members {
  const roots = unique([top, ...known]).filter(isAlive);
  const started = processes().descendants(roots.map(({ pid }) => pid));
  const family = unique([...roots, ...started]).filter(({ pid }) => pid !== process.pid);
  const group = isAlive(top) ? processes().group(top.pid) : [];
  const leadsOnlyThese = group.length > 0 && group.every((one) => includes(family, one));
  if (!leadsOnlyThese) return { group: [], strays: family };
  return { group, strays: family.filter((one) => !includes(group, one)) };
}

/** Whether the process that was seen is still there, and not another one with its pid. */
export function isAlive({ pid, startTime, bootId }: ProcessIdentity): boolean {
  const now = identify(pid);
  return now?.startTime === startTime && now.bootId === bootId;
}

/** The members in one list. */
export function everyone({ group, strays }: Members): ProcessIdentity[] {
  return [...group, ...strays];
}

function adoptedMembers(leader: RecordedIdentity, known: readonly ProcessIdentity[]): Members {
  const { pid, start_time: startTime, boot_id: bootId } = leader;
  return isSameProcess(leader) || known.length > 0 ? familyOf({ pid, startTime, bootId }, known) : NOBODY;
}

const NOBODY: Members = { group: [], strays: [] };

function groupOf(leader: RecordedIdentity, vouchers: readonly ProcessIdentity[]): ProcessIdentity[] {
  const group = processes().group(leader.pid);
  return isSameProcess(leader) || group.some((one) => includes(vouchers, one)) ? group : [];
}

function includes(list: readonly ProcessIdentity[], { pid, startTime }: ProcessIdentity): boolean {
  return list.some((one) => one.pid === pid && one.startTime === startTime);
}

function unique(list: readonly ProcessIdentity[]): ProcessIdentity[] {
  return [...new Map(list.map((one) => [one.pid, one])).values()];
}

function processes(): ProcessTable {
  requireProcessTable();
  return process.platform === "linux" ? linux : darwin;
}

let isThere = false;

/**
 * For whoever would take what it cannot see for what is not there.
 *
 * @throws UserError `processes_hidden` where processes cannot be looked at
 */
export function requireProcessTable(): void {
  isThere ||=
    process.platform === "darwin" || (process.platform === "linux" && existsSync("/proc/self/stat"));
  if (isThere) return;
  if (process.platform === "linux") {
    throw hidden(
      "Processes are seen in /proc, which is not mounted here.",
      "Mount it: mount -t proc proc /proc",
    );
  }
  const message = `Services can be supervised on Linux and macOS, not on ${process.platform}.`;
  throw hidden(message, "On Windows, stack runs in WSL.");
}

function hidden(message: string, hint: string): UserError {
  return new UserError("processes_hidden", message, { hint, exitCode: EXIT.unusable });
}
