import * as z from "zod/mini";
import { ROLES, STOP_SIGNALS } from "../service-config.ts";

/** Each takes a port above the one before. */
const MOST_REPLICAS = 100;

const text = z.string().check(z.minLength(1));
const milliseconds = z.int().check(z.minimum(1), z.maximum(86_400_000));
const program = z.union([text, z.array(z.string()).check(z.minLength(1, "names no program"))], {
  error: "must be a command line, or a list of words",
});
const variables = z.record(
  z.string().check(z.regex(/^[^=\0]+$/, "must be a name without =")),
  z.union([z.string(), z.number(), z.boolean()], { error: "must be text, a number, true or false" }),
);
const isHttpUrl = z.url({ protocol: /^http$/, error: "must be an http:// URL" });

/** What a service may be called: its files have that name. */
export const SERVICE_NAME = /^[A-Za-z\d][\w.-]*$/;

/** How a service tells how it is: one of `http`, `tcp`, `log` and `command`. */
export const ProbeSchema = z.strictObject({
  /** A path at the service's address that answers `GET` with a status from 200 to 299. */
  http: z.exactOptional(z.string().check(z.regex(/^\/[\x21-\x7e]*$/, "must be a path, such as /health"))),
  /** With `http`: the one good status. */
  status: z.exactOptional(z.int().check(z.minimum(100), z.maximum(599))),
  /** With `http`: what the JSON of the answer must hold: these names at least; `"*"` is anything but null. */
  json: z.exactOptional(z.json()),
  /** With `http`: headers to send. */
  headers: z.exactOptional(z.record(text, z.string())),
  /** A connection to the service's address is enough. */
  tcp: z.exactOptional(z.literal(true)),
  /** A regular expression (RE2's syntax) that a line of the service's log must match; for `ready` only. */
  log: z.exactOptional(text),
  /** A command that ends with exit code 0, in the service's folder and environment. */
  command: z.exactOptional(program),
  /** Longest time for one answer; 2000 if not given. Not with `log`. */
  timeout_ms: z.exactOptional(milliseconds),
});

/** The same as readiness but for `log`, and when it is asked. */
export const LivenessSchema = z.extend(ProbeSchema, {
  /** Time between two probes; 10000 if not given. */
  every_ms: z.exactOptional(milliseconds.check(z.minimum(100))),
  /** This many bad answers in a row, and the service is restarted as if it had ended; 3 if not given. */
  failures: z.exactOptional(z.int().check(z.minimum(1), z.maximum(1000))),
});

const policy = z.enum(["no", "on-failure", "always"]);

/** What is done when a service that was ready ends by itself. */
export const RestartSchema = z.strictObject({
  /** `on-failure`, the default: after a signal, an exit code other than 0, or failed liveness. */
  policy: z.exactOptional(policy),
  /** Pause before the first restart, doubled each time; 500 if not given. */
  backoff_ms: z.exactOptional(milliseconds),
  /** Longest pause; 30000 if not given. */
  max_backoff_ms: z.exactOptional(milliseconds),
  /** This many restarts within `within_ms`, and the service is given up; 5 if not given. */
  limit: z.exactOptional(z.int().check(z.minimum(1), z.maximum(1000))),
  /** See `limit`; 60000 if not given. */
  within_ms: z.exactOptional(milliseconds),
});

/** How much is kept of what a service writes. */
export const LogSchema = z.strictObject({
  /** Bytes at which a log is rotated; 10485760 if not given. */
  max_bytes: z.exactOptional(z.int().check(z.minimum(1024))),
  /** Rotated logs beside the current one; 3 if not given. */
  keep: z.exactOptional(z.int().check(z.minimum(1), z.maximum(1000))),
});

/** How a service depends on another one. */
export const DependencySchema = z.strictObject({
  /** Whether it is stopped and started again when the other one has been; false if not given. */
  restart: z.exactOptional(z.boolean()),
});

/** One service: exactly one of `command`, `embedded` and `url`. */
export const ServiceSchema = z.strictObject({
  /** A program and its arguments, as a list or as one line with quotes. No shell reads it. */
  command: z.exactOptional(program),
  /**
   * With `command`: a `job` is done when it ends with exit code 0, and what depends on it waits for that; a `service`
   * goes on, as one does that says nothing.
   */
  kind: z.exactOptional(z.enum(["service", "job"])),
  /** One of ours, under its own name. */
  embedded: z.exactOptional(z.enum(ROLES)),
  /**
   * With `embedded`, of gateway and HMI: this many copies run, each on a port of its own; 1 if not given. More need
   * PostgreSQL (`store.url`).
   */
  replicas: z.exactOptional(z.int().check(z.minimum(1), z.maximum(MOST_REPLICAS))),
  /** Somebody else's, which is only watched. */
  url: z.exactOptional(isHttpUrl),
  /** With `command`: the folder it runs in, relative to the configuration's; that one if not given. */
  cwd: z.exactOptional(text),
  /** With `command`: variables beside those of whoever starts it. */
  env: z.exactOptional(variables),
  /** With `command`: a file of `NAME=value` lines or several; a later one wins, and `env` over all. */
  env_files: z.exactOptional(z.union([text, z.array(text)], { error: "must be a path, or a list of paths" })),
  /** With `command`: whether it is asked to colour what it logs, by `FORCE_COLOR` and `CLICOLOR_FORCE`; false if not given. */
  color: z.exactOptional(z.boolean()),
  /** With `command`: where it listens; 127.0.0.1 if not given. Engine, gateway and HMI have settings of their own. */
  host: z.exactOptional(z.string().check(z.regex(/^[\w.:-]+$/, "must be a host name or an address"))),
  /** With `command`: the port it listens on; a program that listens nowhere has none. */
  port: z.exactOptional(z.int().check(z.minimum(1), z.maximum(65_535))),
  /**
   * Services that must be ready, and jobs that must be done, before this one is started: a list, or by name with
   * `restart: true` where it is to be started again whenever that one was.
   */
  depends_on: z.exactOptional(
    z.union([z.array(text), z.record(text, DependencySchema)], {
      error: "must be a list of names, or names with settings, such as `db: { restart: true }`",
    }),
  ),
  /** When it counts as started; if not given, when its port takes a connection, or its URL answers. */
  ready: z.exactOptional(ProbeSchema),
  /** How its health is watched; if not given, by its process alone. */
  live: z.exactOptional(LivenessSchema),
  /** Longest time until it is ready; 15000 if not given. */
  start_timeout_ms: z.exactOptional(milliseconds),
  /** Longest time from the stop signal to SIGKILL; 5000 if not given. */
  stop_timeout_ms: z.exactOptional(milliseconds),
  /** What it is asked to stop with; SIGTERM if not given. */
  stop_signal: z.exactOptional(z.enum(STOP_SIGNALS)),
  /** What is done when it ends by itself: a policy by its name, or with its figures. */
  restart: z.exactOptional(z.union([policy, RestartSchema])),
  /**
   * With `command`: files and folders, relative to the configuration's; a change in them restarts it. For programs
   * that do not reload by themselves.
   */
  watch: z.exactOptional(z.union([text, z.array(text)], { error: "must be a path, or a list of paths" })),
  /** How much of its log is kept. */
  log: z.exactOptional(LogSchema),
});

/** A service as a file has it. */
export type ServiceInput = z.infer<typeof ServiceSchema>;
/** What a service depends on, as a file has it. */
export type DependsOnInput = Exclude<ServiceInput["depends_on"], undefined>;
/** A probe as a file has it. */
export type ProbeInput = z.infer<typeof ProbeSchema>;
/** A liveness probe as a file has it. */
export type LivenessInput = z.infer<typeof LivenessSchema>;
