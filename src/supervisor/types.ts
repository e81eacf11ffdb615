/** Where a service listens. */
export interface Address {
  /** A name or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A program as the OS starts it, without a shell. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the environment of the starter. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The HTTP question whose answer means "ready". */
export interface Readiness {
  readonly path: string;
  /** Sent with the question; never written down, so that a secret may be among them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Time-out of one probe, in milliseconds. */
  readonly timeoutMs: number;
  /** Judges an answer; without it any status from 200 to 299 is good. */
  readonly accept?: (status: number, bodyText: string) => boolean;
}

/** A service to be run: everything that the supervisor has to know about it. */
export interface ServiceSpec {
  /** Letters, digits, `.`, `_` and `-`; names the files of the service. */
  readonly name: string;
  readonly command: Command;
  readonly address: Address;
  readonly ready: Readiness;
  /** Longest time from the spawn to the first good probe, in milliseconds; 15 000 if absent. */
  readonly startTimeoutMs?: number;
  /** Longest time from SIGTERM to SIGKILL, in milliseconds; 5 000 if absent. */
  readonly stopTimeoutMs?: number;
  /** Copied into the record as they are, for the owner of the spec. */
  readonly labels?: Readonly<Record<string, string>>;
}

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

/** The JSON file beside the pid file of a running service. */
export interface ServiceRecord {
  readonly name: string;
  /** Leader of the service's process group. */
  readonly pid: number;
  /** {@link ProcessIdentity.startTime} of the leader. */
  readonly start_time: string;
  readonly boot_id: string;
  readonly command: { readonly file: string; readonly args: readonly string[] };
  readonly cwd: string;
  readonly host: string;
  readonly port: number;
  /** Path of the log file. */
  readonly log: string;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  readonly labels?: Readonly<Record<string, string>>;
}
