import type { ProcessDetails, ProcessIdentity, ServiceRecord } from "../types.ts";
import { darwin } from "./darwin.ts";
import { linux } from "./linux.ts";
import type { Mark, ProcessTable } from "./process-table.ts";

/** The part of a record that names one process for good. */
export type RecordedIdentity = Pick<ServiceRecord, "pid" | "start_time" | "boot_id">;

/** The living process with this pid; a zombie is not one. */
export function identify(pid: number): ProcessIdentity | undefined {
  return processes().identify(pid);
}

/** The living process with this pid, with what a person wants to know about it. */
export function describeProcess(pid: number): ProcessDetails | undefined {
  return processes().details(pid);
}

/** What became of a recorded process. */
export type Fate = "alive" | "gone" | "other_boot" | "pid_reused";

/** Compares a recorded process with the one that has its pid now. */
export function fateOf(recorded: RecordedIdentity): Fate {
  const now = identify(recorded.pid);
  if (now !== undefined && now.startTime === recorded.start_time && now.bootId === recorded.boot_id)
    return "alive";
  if (recorded.boot_id !== identifySelf().bootId) return "other_boot";
  return now === undefined ? "gone" : "pid_reused";
}

/** Whether the recorded process, and no other with its pid, is alive. */
export function isSame(recorded: RecordedIdentity): boolean {
  return fateOf(recorded) === "alive";
}

/** The process that asks. */
export function identifySelf(): ProcessIdentity {
  const self = identify(process.pid);
  if (self === undefined) throw new Error("This process does not find itself in the process table.");
  return self;
}

/** The living processes of a service. */
export interface Members {
  /** Those in the process group of its leader; may be signalled all at once. */
  readonly group: readonly ProcessIdentity[];
  /** Those that carry its mark elsewhere: they left the group, or nobody recorded their leader. Oldest first. */
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
  const marked = processes().marked(mark);
  const group = leader ? groupOf(leader, [...marked, ...known]) : [];
  const others = ({ pid }: ProcessIdentity) => pid !== process.pid;
  if (!group.every(others)) return { group: [], strays: unique([...marked, ...group]).filter(others) };
  return { group, strays: marked.filter((one) => others(one) && !includes(group, one)) };
}

/** The members in one list. */
export function everyone({ group, strays }: Members): ProcessIdentity[] {
  return [...group, ...strays];
}

function groupOf(leader: RecordedIdentity, vouchers: readonly ProcessIdentity[]): ProcessIdentity[] {
  const group = processes().group(leader.pid);
  return isSame(leader) || group.some((one) => includes(vouchers, one)) ? group : [];
}

function includes(list: readonly ProcessIdentity[], { pid, startTime }: ProcessIdentity): boolean {
  return list.some((one) => one.pid === pid && one.startTime === startTime);
}

function unique(list: readonly ProcessIdentity[]): ProcessIdentity[] {
  return [...new Map(list.map((one) => [one.pid, one])).values()];
}

function processes(): ProcessTable {
  if (process.platform === "linux") return linux;
  if (process.platform === "darwin") return darwin;
  throw new Error(`Services can be supervised on Linux and macOS, not on ${process.platform}.`);
}
