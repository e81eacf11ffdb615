/** What `services:` says, as data that needs no more reading: words are split, folders absolute, variables merged. */

/** By name, in the order of the file. */
export type Services = Readonly<Record<string, ServiceConfig>>;

/** The services of ours. Each is at the address that its own settings say: `engine.url`, `gateway.*`, `hmi.*`. */
export const ROLES = ["engine", "gateway", "hmi"] as const;
export type Role = (typeof ROLES)[number];

/** One service. What is absent is as the supervisor has it. */
export type ServiceConfig = CommandService | EmbeddedService | WatchedServiceConfig;

/** A program of the user's own. */
export interface CommandService extends ServiceSettings {
  readonly command: ServiceCommand;
  /** Absolute paths of files and folders: a change in them restarts it. */
  readonly watch?: readonly string[];
  /** True where it is done when it exits with code 0. */
  readonly isJob?: boolean;
  /** True where it is asked to colour what it logs. */
  readonly color?: boolean;
  readonly embedded?: never;
  readonly url?: never;
}

/** A service of ours; the name of the service is the same. */
export interface EmbeddedService extends ServiceSettings {
  readonly embedded: Role;
  /** This many copies of it are run: see `replicas.ts`. */
  readonly replicas?: number;
  readonly command?: never;
  readonly url?: never;
}

/** Somebody else's: it is watched, and neither started nor stopped. */
export interface WatchedServiceConfig extends ServiceSettings {
  /** `http://127.0.0.1:9090/health`; for a role the address that its own settings say. */
  readonly url: string;
  readonly command?: never;
  readonly embedded?: never;
}

interface ServiceSettings {
  /** Where it listens: both or none, and none for a role. */
  readonly host?: string;
  readonly port?: number;
  /** Names of other services. There are no circles. */
  readonly depends_on: readonly string[];
  /** Those of them with which it is started again. */
  readonly restarts_with?: readonly string[];
  /** Absent only for a role, whose own endpoint tells it. */
  readonly ready?: ServiceProbe;
  readonly live?: ServiceLiveness;
  readonly start_timeout_ms?: number;
  readonly stop_timeout_ms?: number;
  readonly stop_signal?: StopSignal;
  readonly restart?: ServiceRestart;
  readonly log?: ServiceLogLimits;
}

/** A program, as the OS starts it. */
export interface ServiceCommand {
  /** A name that is looked for on the PATH, or an absolute path. */
  readonly file: string;
  readonly args: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The given variables, those of files among them. */
  readonly env: Readonly<Record<string, string>>;
}

/** A question whose answer tells how a service is; handed to the supervisor as it is. */
export type ServiceProbe = HttpProbe | TcpProbe | LogProbe | CommandProbe;

interface HttpProbe {
  readonly kind: "http";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly json?: JsonValue;
  readonly timeoutMs: number;
}

interface TcpProbe {
  readonly kind: "tcp";
  readonly timeoutMs: number;
}

interface LogProbe {
  readonly kind: "log";
  /** Source of a regular expression in RE2's syntax. */
  readonly pattern: string;
}

interface CommandProbe {
  readonly kind: "command";
  readonly command: ServiceCommand;
  readonly timeoutMs: number;
}

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** How a running service is watched. */
export interface ServiceLiveness {
  readonly probe: Exclude<ServiceProbe, LogProbe>;
  readonly everyMs: number;
  readonly failures: number;
}

/** What is done when a service ends by itself. */
export interface ServiceRestart {
  readonly policy: "no" | "on-failure" | "always";
  readonly backoff_ms?: number;
  readonly max_backoff_ms?: number;
  readonly limit?: number;
  readonly within_ms?: number;
}

/** How much log is kept. */
export interface ServiceLogLimits {
  readonly max_bytes?: number;
  readonly keep?: number;
}

/** What a service can be asked to stop with. */
export const STOP_SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];
