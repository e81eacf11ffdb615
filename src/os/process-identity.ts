import { isOtherNamespace, ownPidNamespace } from "./pid-namespace.ts";
import type { Mark, ProcessDetails, ProcessIdentity } from "./process-table.ts";
import { processes } from "./this-process-table.ts";

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

/** Whether the process that was seen is still there, and not another one with its pid. */
export function isAlive({ pid, startTime, bootId }: ProcessIdentity): boolean {
  const now = identify(pid);
  return now?.startTime === startTime && now.bootId === bootId;
}
