/** What tells one process from every other one that ever had its pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time as the kernel tells it: clock ticks since boot on Linux, a date on macOS. Only compared. */
  readonly startTime: string;
  /** Changes with every boot of the machine. */
  readonly bootId: string;
}

/** What a person wants to know about a process. */
export interface ProcessDetails extends ProcessIdentity {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly user: string;
  /** Absent where this user may not see it. */
  readonly cwd: string | undefined;
  readonly startedAt: Date;
}

/** Environment variables that every process of a service inherits, so that it is known without a record. */
export const MARK = { service: "STACK_SERVICE", stateDir: "STACK_STATE_DIR" } as const;

/** The mark of one service. */
export interface Mark {
  readonly service: string;
  /** Absolute path of the state folder. */
  readonly stateDir: string;
  /** Other paths of that folder, which its older processes may carry: it was renamed, or is reached by a symbolic link. */
  readonly formerly?: readonly string[];
}

/**
 * What the supervisor asks the OS about processes; one small file per OS answers.
 *
 * All of it is synchronous on purpose: between the look at a process and the signal to it, nothing of
 * ours may run. Zombies count as dead everywhere; a process whose first thread alone has ended does not.
 */
export interface ProcessTable {
  /** The living process with this pid. */
  identify(pid: number): ProcessIdentity | undefined;
  /** A number by which start times can be ordered. */
  startOrder(startTime: string): number;
  /** The living process with this pid, for messages. */
  details(pid: number): ProcessDetails | undefined;
  /** Name of the user whose rights a living process has. */
  owner(pid: number): string | undefined;
  /** Path of the file that a process runs; absent where this user may not see it. */
  executable(pid: number): string | undefined;
  /** The living processes that these started, and those that those started, and so on; not these themselves. */
  descendants(pids: readonly number[]): ProcessIdentity[];
  /** The mark that a process carries, of whatever service; absent where it has none, or none that may be read. */
  markOf(pid: number): Mark | undefined;
  /** The living processes of a process group. */
  group(id: number): ProcessIdentity[];
  /** The living processes that carry this mark, oldest first. */
  marked(mark: Mark): ProcessIdentity[];
  /** Whether a living process is stopped (SIGSTOP), every thread of it: none is inside a system call then. */
  isStopped(pid: number): boolean;
}
