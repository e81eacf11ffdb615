import { isAlive, isSameProcess, type RecordedIdentity } from "./process-identity.ts";
import type { Mark, ProcessIdentity } from "./process-table.ts";
import { processes } from "./this-process-table.ts";

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
