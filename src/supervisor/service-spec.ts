import type { Address } from "../contract/address.ts";
import type { StartedProgram } from "../os/same-program.ts";

/** What a service, or a question about one, is started with. */
export interface Command extends StartedProgram {
  /** Added to the environment of the starter, of which secrets of ours are not passed on. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A question whose answer tells how a service is. Plain data, because it travels to the supervisor's process;
 * never written down, so that a secret may be in its headers.
 */
export type Probe = HttpProbe | TcpProbe | LogProbe | CommandProbe | ExitProbe;

/** A question that can be put at any time. */
export type Question = Exclude<Probe, LogProbe | ExitProbe>;

/** `GET path` at the service's address. */
export interface HttpProbe {
  readonly kind: "http";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The one good status; without it any from 200 to 299 is. */
  readonly status?: number;
  /** What the JSON of the answer must hold. */
  readonly json?: JsonPattern;
  /** Longest time for one answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** A connection to the service's address is accepted. */
export interface TcpProbe {
  readonly kind: "tcp";
  /** In milliseconds. */
  readonly timeoutMs: number;
}

/** A line of this run's log matches. Tells that a service is ready, and nothing after that. */
export interface LogProbe {
  readonly kind: "log";
  /** Source of a regular expression, with the flag `u`. */
  readonly pattern: string;
}

/** A command ends with exit code 0. */
export interface CommandProbe {
  readonly kind: "command";
  readonly command: Command;
  /** After that it is killed, in milliseconds. */
  readonly timeoutMs: number;
}

/** It ends with exit code 0: it is a job, which is done then. Only for `ready`. */
export interface ExitProbe {
  readonly kind: "exit";
}

/**
 * What JSON must hold: an object at least these names, a list the same number of items, each as asked, a plain value
 * the same; `"*"` is anything but null.
 */
export type JsonPattern =
  | string
  | number
  | boolean
  | null
  | readonly JsonPattern[]
  | { readonly [name: string]: JsonPattern };

/** How the health of a running service is watched. */
export interface Liveness {
  readonly probe: Question;
  /** Time between two probes, in milliseconds. */
  readonly everyMs: number;
  /** This many bad answers in a row, and the service counts as ended: its restart policy decides. */
  readonly failures: number;
}

/** What is done when a service that was ready ends by itself. */
export interface RestartPolicy {
  /** `on-failure`: after a signal, an exit code other than 0, or a failed liveness. */
  readonly when: "no" | "on-failure" | "always";
  /** Pause before the first restart, in milliseconds; doubled each time, and off by up to a fifth either way. */
  readonly backoffMs: number;
  /** Longest pause, in milliseconds. */
  readonly maxBackoffMs: number;
  /** This many restarts within `withinMs`, and it is given up: a crash loop. */
  readonly limit: number;
  readonly withinMs: number;
}

/** How much log is kept. */
export interface LogLimits {
  /** A log that grows beyond this is rotated; in bytes. */
  readonly maxBytes: number;
  /** This many rotated files are kept beside the current one. */
  readonly keep: number;
}

/** A service to be run: everything that the supervisor has to know about it. Plain data: see {@link Probe}. */
export interface ServiceSpec {
  /** Letters, digits, `.`, `_` and `-`; names the files of the service. */
  readonly name: string;
  readonly command: Command;
  /** Absent where the service listens nowhere. */
  readonly address?: Address;
  readonly ready: Probe;
  readonly live?: Liveness;
  /** Names of the services that must be ready before this one is started; of copies, one must be. */
  readonly dependsOn?: readonly string[];
  /**
   * The service of which it is one of several copies. Who depends on copies of one service needs one of them to start,
   * and is stopped before all.
   */
  readonly copyOf?: string;
  /** Those of them with which it is started again, whatever had them started again. */
  readonly restartsWith?: readonly string[];
  /** True where it is asked to colour what it writes, though that goes to a file; see `service-environment.ts`. */
  readonly color?: boolean;
  /** Absolute paths of files and folders: a change in them starts it again. */
  readonly watch?: readonly string[];
  /** {@link DEFAULT_RESTART} if absent. */
  readonly restart?: RestartPolicy;
  /** {@link DEFAULT_LOG_LIMITS} if absent. */
  readonly log?: LogLimits;
  /** Longest time from the spawn to the first good probe, in milliseconds; if absent 15 000, and of a job none. */
  readonly startTimeoutMs?: number;
  /** Longest time from the stop signal to SIGKILL, in milliseconds; 5 000 if absent. */
  readonly stopTimeoutMs?: number;
  /** What the service is asked to stop with; SIGTERM if absent. */
  readonly stopSignal?: NodeJS.Signals;
  /** Copied into the record as they are, for the owner of the spec. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What is done with a service that says nothing else. */
export const DEFAULT_RESTART: RestartPolicy = {
  when: "on-failure",
  backoffMs: 500,
  maxBackoffMs: 30_000,
  limit: 5,
  withinMs: 60_000,
};

/** How much is kept of the log of a service that says nothing else. */
export const DEFAULT_LOG_LIMITS: LogLimits = { maxBytes: 10 * 1024 * 1024, keep: 3 };

/** How long a service may take to become ready, unless its spec says otherwise; in milliseconds. */
export const DEFAULT_START_TIMEOUT_MS = 15_000;

/** How long a service may take from its stop signal to its end, unless its spec says otherwise; in milliseconds. */
export const DEFAULT_STOP_TIMEOUT_MS = 5000;

/** The JSON file beside the pid file of a running service. */
export interface ServiceRecord {
  readonly name: string;
  /** Leader of the service's process group; of an adopted one, the process that listens. */
  readonly pid: number;
  /** {@link ProcessIdentity.startTime} of the leader. */
  readonly start_time: string;
  readonly boot_id: string;
  /** The PID namespace that `pid` is of, as `pid:[4026531836]`. Absent where the OS has none. */
  readonly pid_namespace?: string;
  /** {@link ProcessIdentity.startTime} of the first process, where another one became its leader; else absent. */
  readonly first_start_time?: string;
  /** What the service was started with; a shell may have made another program of it since. */
  readonly command: { readonly file: string; readonly args: readonly string[] };
  /** The program's file as the kernel ran it; absent where this user may not see it. */
  readonly executable?: string;
  readonly cwd: string;
  /** Name of the user that it runs as. */
  readonly owner: string;
  /** Absent where the service listens nowhere. */
  readonly host?: string;
  readonly port?: number;
  /** Of the spec that it was started with: see `digestOf`. Absent where nobody of ours started it. */
  readonly config_digest?: string;
  /** True where somebody else started it, and `--adopt` took it over. */
  readonly adopted?: boolean;
  /** How it is stopped, if not by SIGTERM within the usual time: kept here, because the spec may be gone by then. */
  readonly stop?: { readonly signal: NodeJS.Signals; readonly timeout_ms: number };
  /** What must be stopped after it: kept here for the same reason. Absent where there is nothing. */
  readonly depends_on?: readonly string[];
  /** Path of the log file. */
  readonly log: string;
  /** Size of the log before this run, in bytes. Absent where nobody of ours started it. */
  readonly log_size?: number;
  /** ISO 8601, UTC. */
  readonly started_at: string;
  /** When it was asked to end, and left to come to its end: ISO 8601, UTC. Absent where it was not. */
  readonly asked_to_end_at?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Whether it may take longer to end than others: it has work that comes to its end first, such as replies. */
export function hasTimeToDrain(record: ServiceRecord): boolean {
  return stopTimeoutOf(record) > DEFAULT_STOP_TIMEOUT_MS;
}

/** Whether it was asked to end, and is there only until its work has come to its end. */
export function isEnding(record: ServiceRecord): boolean {
  return record.asked_to_end_at !== undefined;
}

/** How long a recorded service may take from its stop signal to its end, in milliseconds. */
export function stopTimeoutOf({ stop }: ServiceRecord): number {
  return stop?.timeout_ms ?? DEFAULT_STOP_TIMEOUT_MS;
}
