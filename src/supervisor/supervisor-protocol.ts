/** What commands and the supervisor tell each other: its plan, what is wanted, how services are, what has happened. */
import type { Address } from "../contract/address.ts";
import type { ServiceSpec } from "./service-spec.ts";

/** What the supervisor's process is given at its start, on its standard input. */
export interface SupervisorPlan {
  /** Of the program that the supervisor is of: after an upgrade in place the old code does not go on. */
  readonly version: string;
  /** Absolute path of the state folder. */
  readonly stateDir: string;
  /** All configured services that are ours to run, wanted or not. */
  readonly services: readonly ServiceSpec[];
  /** Services of others, which are only watched. */
  readonly watched: readonly WatchedService[];
  /** Where events are posted to; absent for nowhere. */
  readonly webhook?: string;
  /** Where metrics are served; absent for nowhere. */
  readonly metrics?: MetricsAddress;
}

/** Tells the supervisor's process that the folder for its compiled code is not of the user's choice. */
export const OWN_COMPILE_CACHE = "--own-compile-cache";

/** Where metrics are served, and by which names beside the loopback ones they may be asked for. */
export interface MetricsAddress extends Address {
  readonly allowedHosts?: readonly string[];
}

/** A service that somebody else runs. */
export type WatchedService = Pick<ServiceSpec, "name" | "ready" | "live" | "labels"> & {
  readonly address: Address;
};

/**
 * `wanted.json`: the services that should run. Written by `up`, `down` and `restart` under the state's lock;
 * the supervisor reads it, and sees to it.
 */
export interface DesiredServices {
  readonly services: {
    readonly [name: string]: {
      /** Changes with every request to have it run: a service that was given up is tried again. */
      readonly request: string;
    };
  };
}

/** `states.json`: what the supervisor knows of its services. Written by the supervisor alone, whole at every change. */
export interface SupervisorStates {
  readonly pid: number;
  readonly start_time: string;
  readonly boot_id: string;
  /** Of the plan that it was given. */
  readonly plan_digest: string;
  readonly services: ServiceReports;
}

/** What the supervisor says of its services, by their names. */
export type ServiceReports = { readonly [name: string]: ServiceReport };

/** What has become of a service. */
export interface ServiceReport {
  /**
   * `stopped`: not wanted; `waiting`: for what it depends on; `starting`; `ready`; `unhealthy`: it runs, and its
   * last liveness probes failed; `backoff`: it ended, and will be started again at `next_start_at`; `failed`: given up;
   * `done`: a job, which has ended well. A job that runs is `starting`.
   */
  readonly phase: "stopped" | "waiting" | "starting" | "ready" | "unhealthy" | "backoff" | "failed" | "done";
  /** The request of `wanted.json` that this answers; null where it was never wanted. */
  readonly request: string | null;
  /** ISO 8601, UTC: since when it is in this phase. */
  readonly since: string;
  /** From its start until it was ready, or done, in milliseconds; null where this supervisor did not start it. */
  readonly ready_ms: number | null;
  /** Of a job that is done: {@link digestOf} the spec that it was run with; else absent or null. */
  readonly done_digest?: string | null;
  /** Restarts by this supervisor and those before it, since it was last asked for. */
  readonly restarts: number;
  readonly last_exit: LastExit | null;
  /** ISO 8601, UTC; null but in `backoff`. */
  readonly next_start_at: string | null;
  /**
   * The same by the machine's monotonic clock ({@link monotonicMs}), which nobody sets; null but in `backoff`. Absent
   * in the file of an older version.
   */
  readonly start_due?: number | null;
  /** Why it is where it is, where that is no good place; as a {@link UserError} tells it. */
  readonly problem: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

/** How a service ended. */
export interface LastExit {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Null where a signal ended it, or where nobody of ours was its parent and could see. */
  readonly code: number | null;
  readonly signal: string | null;
  /** In words, without a full stop: `it exited with code 1 before it was ready`, `no answer to its liveness probe 3 times`. */
  readonly reason: string;
}

/** One line of `log/events.ndjson`, and what the webhook is sent. */
export interface ServiceEvent {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Null where it is the supervisor's own. */
  readonly service: string | null;
  readonly event:
    | "supervising"
    | "starting"
    | "ready"
    /** A job has ended well. */
    | "done"
    | "picked_up"
    | "adopted"
    | "exited"
    /** The supervisor ended it, because it did not answer its liveness probe. */
    | "ended"
    | "unhealthy"
    | "healthy"
    | "restarting"
    /** What its `watch` names has changed; the detail is the file. */
    | "file_changed"
    | "given_up"
    | "start_failed"
    | "stopped"
    /** Its processes were killed, as a crash would end them: by `stack verify --drill`. */
    | "killed"
    /** Somebody else's process had its port, and was stopped. */
    | "port_cleared"
    | "log_rotated"
    /** Somebody has removed the file that it writes to. */
    | "log_removed"
    /** By `stack logs --clear`. */
    | "log_cleared"
    | "reachable"
    | "unreachable";
  readonly pid: number | null;
  /** In words; null where the event says it all. */
  readonly detail: string | null;
}
