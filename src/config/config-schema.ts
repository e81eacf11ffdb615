import { en } from "zod/locales";
// Not zod itself: every command builds this schema, and zod/mini does it in a third of the time.
import * as z from "zod/mini";
import { LOOPBACK } from "../contract/address.ts";
import { ENGINE_APIS } from "../contract/contract-defaults.ts";
import {
  DRIVER_NAMES,
  ENDPOINTS,
  type EndpointName,
  FEATURES,
  isDriverName,
  LACK_VERDICTS,
  readAddress,
} from "../contract/foreign-back-end.ts";
import {
  problemOfStoreName,
  readStoreAddress,
  STORE_NAMES,
  type StoreName,
} from "../contract/store-address.ts";
import type { WireSettings } from "../contract/wire-description.ts";
import type { Services } from "./service-config.ts";

// The words of zod's messages, which zod/mini leaves out.
z.config(en());

const text = z.string().check(z.minLength(1));
const printable = z.string().check(z.regex(/^[\x21-\x7e]*$/, "must be printable ASCII without spaces"));
const host = z.string().check(z.regex(/^[\w.:-]+$/, "must be a host name or an address"));
const loopback = z.string().check(z.regex(LOOPBACK, "must be a loopback address, such as 127.0.0.1"));
const port = z.int().check(z.minimum(0), z.maximum(65_535));
const milliseconds = z.int().check(z.minimum(0), z.maximum(86_400_000));
const period = milliseconds.check(z.minimum(10));
const hostName = z
  .string()
  .check(z.regex(/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i, "must be a host name, without scheme and port"));
const httpUrl = z.pipe(
  z.url({ protocol: /^http$/, error: "must be an http:// URL", abort: true }).check(
    z.refine((url) => new URL(url).pathname === "/", {
      error: "must have no path: those of its calls are known",
    }),
  ),
  z.transform((url: string) => url.replace(/\/+$/, "")),
);

const mustBeWebUrl = "must be an http:// or https:// URL";
const webUrlOrNone = z.string().check(
  z.regex(/^(https?:\/\/\S+)?$/, { error: mustBeWebUrl, abort: true }),
  z.refine((url) => url === "" || URL.canParse(url), mustBeWebUrl),
);

const endpointNames = Object.keys(ENDPOINTS) as EndpointName[];
const storeNames = Object.keys(STORE_NAMES) as StoreName[];
const word = z.string().check(z.regex(/^[a-z-]+$/));
const fields = z.record(text, text);

/**
 * What it is made of is looked at by `wire-problems.ts`, where one is given: every command builds this schema, and that one
 * takes longer than all the rest of it.
 */
const wire = z.record(z.string(), z.unknown()) as unknown as z.ZodMiniType<WireSettings, WireSettings>;

/**
 * The settings, each with its default in `default-config.ts`. The same names work in a file and as environment
 * variables: `engine.url` is `STACK_ENGINE_URL`. Only in a file there is `services` too: `services/service-schema.ts`.
 */
export const ConfigSchema = z.strictObject({
  hmi: z.strictObject({
    /** The host name or address that the HMI listens on. */
    host,
    /** The port that the HMI listens on. */
    port,
  }),
  gateway: z.strictObject({
    /** The host name or address that the gateway listens on. */
    host,
    /** The port that the gateway listens on. */
    port,
  }),
  engine: z.strictObject({
    /** Where the engine is: a running one is used as it is; else an Ollama is started there, but never a server of OpenAI's wire. */
    url: httpUrl,
    /**
     * How a reply is asked for: Ollama's `chat` (the history as messages) or `generate` (as one prompt), or `openai`,
     * which any OpenAI-compatible server takes.
     */
    api: z.enum(ENGINE_APIS),
    /** The key that the engine is shown (`Authorization: Bearer`), as OpenAI-compatible servers ask for it; empty: none. */
    api_key: printable,
    /** This many replies are asked of the engine at a time, the others wait in order; 0: as many as come. */
    max_concurrent: z.int().check(z.minimum(0), z.maximum(10_000)),
    /** Pace of the stand-in's replies, in milliseconds a token. */
    token_delay_ms: milliseconds,
    /** Where a tap stands in front of the engine, so that `verify` sees what reaches a real engine; 0: nowhere. */
    tap_port: port,
  }),
  chat: z.strictObject({
    /** The model where nobody chose one, if the engine has it; else the engine's first. */
    model: text,
    /** The agent where nobody chose one. */
    agent: text,
    /** Whether models that can think before they answer, where nobody chose: `on`, `off`, a level, or as each is made (`default`). */
    think: z.enum(["default", "on", "off", "low", "medium", "high"]),
    /** How long the engine keeps a model loaded after a message: seconds, or a duration such as `5m`; empty: as the engine is set. */
    keep_alive: z
      .string()
      .check(
        z.regex(/^(-?\d+|-?(\d+(\.\d+)?(ns|us|ms|s|m|h))+)?$/, "must be seconds, or a duration such as 5m"),
      ),
  }),
  stream: z.strictObject({
    /** Longest silence on an event stream before a comment is sent. */
    heartbeat_ms: period,
    /** How long a generation goes on after its last reader left. */
    orphan_grace_ms: milliseconds,
    /** What becomes of a reply whose last reader left the HMI: written to its end, or cancelled after that grace. */
    on_reader_gone: z.enum(["finish", "cancel"]),
    /** How long a finished reply is kept for late readers. */
    keep_finished_ms: milliseconds,
    /** Memory that the finished replies which are kept take together, in each of gateway and HMI; the oldest go first. */
    keep_finished_bytes: z.int().check(z.minimum(0), z.maximum(2 ** 40)),
    /** Longest reply, with what the model thinks, in characters; what fits is sent and saved, and then the reply ends. */
    max_reply_chars: z.int().check(z.minimum(1), z.maximum(2 ** 28)),
    /** Longest time that a reply is written; what has come is sent and saved, and then the reply ends; 0: no limit. */
    max_reply_ms: milliseconds,
    /** How long a reader may take nothing of what waits for it, before it is cut off; it may come back. */
    stalled_reader_ms: period,
    /** How long a gateway or an HMI that is asked to stop lets its replies come to their end, and takes no new ones. */
    drain_ms: milliseconds,
    /** A growing reply is written to disk at least this often. */
    save_every_ms: period,
  }),
  auth: z.strictObject({
    /** Whoever calls the HMI or the gateway must show it (`Authorization: Bearer`); empty: nobody is asked. */
    token: printable,
    /**
     * People with rows of their own, by name: the token that each shows; in a file or as JSON. Needs `auth.token`, but for a
     * back end that is none of ours: by its own login (`contract.wire.login`) these are passwords.
     */
    users: z.record(
      z.string().check(z.regex(/^[\w.@-]{1,100}$/, "must be letters, digits and . _ @ -")),
      printable.check(z.minLength(1)),
    ),
    /** The header in which a trusted proxy names the person, such as `X-Forwarded-User`; empty: none. Needs `auth.token`. */
    user_header: z.string().check(z.regex(/^[\w-]*$/, "must be the name of a header")),
    /** The addresses of proxies that are believed about `auth.user_header`. */
    trusted_proxies: z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])),
  }),
  http: z.strictObject({
    /** Names beside the loopback ones that HMI and gateway answer to, as a browser or a proxy puts them into `Host`. */
    allowed_hosts: z.array(hostName),
    /** Messages that one person, or without `auth.users` one client address, may send to the HMI in a minute; 0: any number. */
    messages_per_minute: z.int().check(z.minimum(0), z.maximum(1_000_000)),
  }),
  /** Where a backend that is judged (`stack verify`) is not as the contract says; our own services do not read it. */
  contract: z.strictObject({
    /** How the backend is talked to: a driver by its name (`seeds`, `openai-chat`, ...), or the file of one: `./driver.ts`. */
    driver: z.string().check(
      z.refine(isDriverName, {
        error: `expected one of ${DRIVER_NAMES.join(", ")}, or a driver's file, such as ./driver.ts`,
      }),
    ),
    /** The wire where it is not as the driver says, call by call: `send`, `read`, `stream`, `cancel`, `rows`, ... (contract, section 8). */
    wire,
    /** By endpoint, by feature, or by the claim's own id: what becomes of a check that needs it. */
    lacks: z.partialRecord(
      z.union([z.enum([...endpointNames, ...FEATURES]), z.templateLiteral([word, "/", word])]),
      z.enum(LACK_VERDICTS),
      {
        error: ({ code }) =>
          code === "invalid_key"
            ? "is no endpoint (such as gateway.resume), no feature (engine.options) and no check (http/origin)"
            : undefined,
      },
    ),
    /** By endpoint: where it is, such as `GET /api/chat/history/{session_id}`. */
    endpoints: z.partialRecord(z.enum(endpointNames), text).check(addressesCanBeRead),
    /** By the contract's name of a field: the backend's, in the queries and bodies of requests. */
    request_fields: fields,
    /** By the contract's name of a field: the backend's, in the bodies of answers. */
    answer_fields: fields,
    /** By the contract's name of a field: the backend's, in the events of streams. */
    event_fields: fields,
    /**
     * The judged backend's store, read and never written: `sqlite:///srv/chat.db` or
     * `postgresql://user@host/database`; empty: its rows are read through the HMI.
     */
    store: z.string().check(storeCanBeRead),
    /** By our name of the store's tables and columns (`messages`, `messages.session_id`): the backend's. */
    store_names: z.partialRecord(z.enum(storeNames), text).check(namesCanBeQuoted),
  }),
  monitor: z.strictObject({
    /** Where the supervisor posts its events to, each as JSON; empty: nowhere. */
    webhook_url: webUrlOrNone,
    /** The loopback address that the supervisor's metrics are served at. */
    metrics_host: loopback,
    /** The port of the supervisor's metrics, for Prometheus at `/metrics`; 0: none are served. */
    metrics_port: port,
  }),
  store: z.strictObject({
    /** The conversations' database, relative to the configuration's folder. */
    path: text,
    /**
     * A PostgreSQL database for the conversations in place of the file: `postgresql://user:password@host/database`,
     * with `sslmode` and the like in its query.
     */
    url: z.string().check(isPostgresqlUrl),
    /**
     * What is acknowledged survives a power cut (`full`), or only the death of any process (`normal`). Of PostgreSQL
     * its own settings count.
     */
    synchronous: z.enum(["full", "normal"]),
  }),
  replicas: z.strictObject({
    /**
     * The host name or address by which other copies of a service on the same `store.url` reach this one; empty: the
     * one that it listens on, or this machine's own.
     */
    advertise_host: z.union([z.literal(""), host]),
    /**
     * Where an HMI finds the gateways, each connection at the next that takes it; empty: at `gateway.host` and
     * `gateway.port`, or where `services.gateway.replicas` has them.
     */
    gateway_urls: z.array(httpUrl),
  }),
  state: z.strictObject({
    /** The folder of PID files and logs, relative to the configuration's folder. */
    dir: text,
  }),
  log: z.strictObject({
    /** The least level that services log. */
    level: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
  }),
});

function addressesCanBeRead(given: z.core.ParsePayload<{ [Name in EndpointName]?: string }>): void {
  for (const name of endpointNames) {
    const address = given.value[name];
    const read = address === undefined ? undefined : readAddress(name, address);
    if (typeof read === "string") {
      given.issues.push({ code: "custom", input: address, path: [name], message: read });
    }
  }
}

function storeCanBeRead(given: z.core.ParsePayload<string>): void {
  const read = given.value === "" ? undefined : readStoreAddress(given.value);
  if (typeof read === "string") given.issues.push({ code: "custom", input: given.value, message: read });
}

function isPostgresqlUrl(given: z.core.ParsePayload<string>): void {
  const read = given.value === "" ? undefined : readStoreAddress(given.value);
  if (read === undefined || (typeof read !== "string" && read.kind === "postgresql")) return;
  const message =
    typeof read === "string" ? read : "must be postgresql://user@host/database; store.path names a file";
  given.issues.push({ code: "custom", input: given.value, message });
}

function namesCanBeQuoted(given: z.core.ParsePayload<{ [Name in StoreName]?: string }>): void {
  for (const [name, value] of Object.entries(given.value)) {
    const message = problemOfStoreName(name, value);
    if (message !== undefined) given.issues.push({ code: "custom", input: value, path: [name], message });
  }
}

/** The settings of one stack but for its services: validated, complete, with absolute paths. */
export type Settings = z.infer<typeof ConfigSchema>;

/** How services deal with event streams, their readers, and the replies on them; what each means is said in the schema. */
export type StreamSettings = Settings["stream"];

/** The configuration of one stack. */
export interface Config extends Settings {
  /** Exactly these run: the file's, or else the three of ours. */
  readonly services: Services;
}
