import type { ProcessDetails, ProcessIdentity } from "../types.ts";

/** Environment variables that every process of a service inherits, so that it is known without a record. */
export const MARK = { service: "STACK_SERVICE", stateDir: "STACK_STATE_DIR" } as const;

/** The mark of one service. */
export interface Mark {
  readonly service: string;
  /** Absolute path of the state folder. */
  readonly stateDir: string;
}

/**
 * What the supervisor asks the OS about processes; one small file per OS answers.
 *
 * All of it is synchronous on purpose: between the look at a process and the signal to it, nothing of
 * ours may run. Zombies count as dead everywhere.
 */
export interface ProcessTable {
  /** The living process with this pid. */
  identify(pid: number): ProcessIdentity | undefined;
  /** The living process with this pid, for messages. */
  details(pid: number): ProcessDetails | undefined;
  /** The living processes of a process group. */
  group(id: number): ProcessIdentity[];
  /** The living processes that carry this mark, oldest first. */
  marked(mark: Mark): ProcessIdentity[];
}
