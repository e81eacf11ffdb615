import type { LastExit } from "../supervisor/supervisor-protocol.ts";

/** One service as `stack status` shows it. */
export interface ServiceStatus {
  readonly name: string;
  /**
   * `healthy`; `degraded`: it answers, but something that it needs does not; `unhealthy`: it is there, and does
   * not answer as it should; `external`: somebody else's, used as it is; `foreign`: somebody else has its port;
   * `stale`: it died and left its record; `stopped`. By the supervisor's word: `waiting` for what it depends on;
   * `starting`; `stopping`: it was asked to end, and its work comes to its end first; `restarting`: it ended, and is started again at `next_start_at`; `failed`: it was given up.
   * `running`: a job that has not ended yet; `done`: one that has ended well.
   * `unconfigured`: it runs, and the configuration no longer has it.
   */
  readonly state:
    | "healthy"
    | "degraded"
    | "unhealthy"
    | "external"
    | "foreign"
    | "stale"
    | "stopped"
    | "waiting"
    | "starting"
    | "stopping"
    | "restarting"
    | "failed"
    | "running"
    | "done"
    | "unconfigured";
  /** `stand-in`, `ollama`, `openai`, `embedded`, `command`, `job` or `url`. */
  readonly kind: string;
  /** Null where it listens nowhere. */
  readonly url: string | null;
  readonly pid: number | null;
  /** ISO 8601, UTC. */
  readonly started_at: string | null;
  /** What its processes use; null where none of ours runs. */
  readonly usage: ServiceUsage | null;
  /** Restarts since it was last asked for; null where it is not ours, or no supervisor knows it. */
  readonly restarts: number | null;
  /** Null where it never ended, or nobody of ours saw. */
  readonly last_exit: LastExit | null;
  /** ISO 8601, UTC; null but where it is `restarting`. */
  readonly next_start_at: string | null;
  /** What is wrong, or worth knowing, in words. */
  readonly detail: string | null;
  /** Each copy, where several run under this name: then there is no pid, and usage and restarts are of all together. */
  readonly copies?: readonly ServiceStatus[];
}

/** What the processes of a service use, as {@link Usage} counts it. */
export interface ServiceUsage {
  readonly processes: number;
  /** CPU time since its start, in milliseconds. */
  readonly cpu_ms: number;
  /** Share of one core: since the look before, or since its start where this is the first look. */
  readonly cpu_share: number;
  readonly memory_bytes: number;
}
