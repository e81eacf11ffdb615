import { randomUUID } from "node:crypto";
import type { FastifyBaseLogger } from "fastify";
import type { Config } from "../config/config-schema.ts";
import type { Address } from "../contract/address.ts";
import { LOCAL_USER } from "../contract/caller-headers.ts";
import { WireError } from "../contract/wire-error.ts";
import { packageVersion, webFolder } from "../files/package-root.ts";
import type { Rewrite } from "../tap/tap-rewrite.ts";
import type { ConversationStore } from "./conversations/conversation-store.ts";
import { lookUpLimits } from "./conversations/model-limits.ts";
import { pendingChatRequest } from "./conversations/reply-request.ts";
import { openSqliteStore } from "./conversations/sqlite/open-sqlite-store.ts";
import { configuredThinkAndKeepAlive } from "./conversations/think-and-keep-alive.ts";
import { createEngineClient, type EngineClient } from "./gateway/engine-client.ts";
import { listModels } from "./gateway/list-models.ts";
import { startGateway } from "./gateway/start-gateway.ts";
import { createGatewayClient, type GatewayClient } from "./hmi/gateway-client.ts";
import { type HmiOptions, startHmi } from "./hmi/start-hmi.ts";
import type { ListenerOptions } from "./http/http-server.ts";
import type { RunningService } from "./http/running-service.ts";
import { advertisedHost } from "./replicas/advertised-url.ts";
import type { ReplicaBus } from "./replicas/replica-bus.ts";

/** Wraps the parts where services meet. This is how a fault gets in, and how a test can watch. */
export interface Overrides {
  /** Wraps the conversation store that gateway and HMI use. */
  store?: (store: ConversationStore) => ConversationStore;
  /** Wraps the gateway's client of the engine. */
  engine?: (client: EngineClient) => EngineClient;
  /** Wraps the HMI's client of the gateway. */
  gateway?: (client: GatewayClient) => GatewayClient;
  /** Wraps what each copy of the HMI and the others tell each other. */
  bus?: (bus: ReplicaBus) => ReplicaBus;
  /** Changes how the services deal with streams: a limit that nobody keeps is none. */
  stream?: (settings: Config["stream"]) => Config["stream"];
  /** What goes wrong on the wire in front of a service, for everybody who calls it. */
  wire?: Partial<Record<"hmi" | "gateway" | "engine", Rewrite>>;
}

/** What a service is started with, beside its configuration. */
export interface StartContext {
  /** @internal For faults and our own tests: what is wrapped changes with the services. */
  overrides?: Overrides;
  /** @internal */
  logger?: FastifyBaseLogger | undefined;
  /** @internal What this copy of the HMI and others of it tell each other; closed with it. */
  bus?: ReplicaBus | undefined;
  /** @internal For how long nobody may have been answered before a summary is begun, in milliseconds; left out: a second. */
  summaryQuietMs?: number | undefined;
  /** @internal What `stack doctor` found the last time; left out where there is no state folder to keep it in. */
  lastDoctorReport?: HmiOptions["lastDoctorReport"];
}

/** Opens the conversations that the configuration names. Throws a UserError where their database cannot be used. */
export async function openStore(
  { store: place, chat }: Config,
  { overrides }: StartContext = {},
): Promise<ConversationStore> {
  const store = await openDatabaseStore(place, chat.agent);
  return overrides?.store?.(store) ?? store;
}

async function openDatabaseStore(place: Config["store"], defaultAgent: string): Promise<ConversationStore> {
  if (place.url === "") return openSqliteStore({ ...place, defaultAgent });
  // Loaded only by whoever has such a store.
  const { openPostgresqlStore } = await import("./conversations/postgresql/open-postgresql-store.ts");
  return await openPostgresqlStore({ url: place.url, defaultAgent });
}

/** Starts the gateway of this configuration. */
export async function startGatewayOn(
  config: Config,
  store: ConversationStore,
  { overrides, logger }: StartContext = {},
): Promise<RunningService> {
  const client = createEngineClient(config.engine.api, {
    url: config.engine.url,
    apiKey: config.engine.api_key,
    maxReplyChars: config.stream.max_reply_chars,
    logger,
  });
  const engine = overrides?.engine?.(client) ?? client;
  const limits = lookUpLimits(() => listModels(engine, config.chat.model));
  const context = {
    limitsOf: limits.of,
    defaults: configuredThinkAndKeepAlive(config.chat),
  };
  return await startGateway({
    server: serverOf(config, config.gateway, logger),
    stream: config.stream,
    engine,
    engineUrl: config.engine.url,
    defaultModel: config.chat.model,
    maxConcurrent: config.engine.max_concurrent,
    conversations: {
      userOf: (sessionId) => store.userOf(sessionId),
      async pendingRequest(sessionId) {
        const requestOf = (user: string) => ifKnown(pendingChatRequest(store.as(user), sessionId, context));
        // Where nobody has a name, whose it is need not be asked first.
        const ofLocal = hasPeople(config.auth) ? undefined : await requestOf(LOCAL_USER);
        if (ofLocal !== undefined) return ofLocal;
        const user = await store.userOf(sessionId);
        return user === undefined ? undefined : await requestOf(user);
      },
    },
    onReplied: (model) => limits.replyEnded(model),
    directory: store.generations,
    version: packageVersion(),
  });
}

/** Starts the HMI of this configuration. */
export async function startHmiOn(
  config: Config,
  store: ConversationStore,
  gatewayUrl: string,
  { overrides, logger, bus, summaryQuietMs = SUMMARY_QUIET_MS, lastDoctorReport }: StartContext = {},
): Promise<RunningService> {
  const plain = bus ?? (await busOf(config, logger));
  const copies = plain && (overrides?.bus?.(plain) ?? plain);
  const { gateway_urls } = config.replicas;
  const gateways = gateway_urls.length > 0 ? gateway_urls : [gatewayUrl];
  const client = createGatewayClient(gateways, config.auth.token, {
    maxReplyChars: config.stream.max_reply_chars,
    heartbeatMs: config.stream.heartbeat_ms,
  });
  const starting = startHmi({
    server: serverOf(config, config.hmi, logger),
    stream: config.stream,
    messagesPerMinute: config.http.messages_per_minute,
    gateway: overrides?.gateway?.(client) ?? client,
    gatewayUrl: gateways.join(", "),
    store,
    defaultAgent: config.chat.agent,
    engineSettings: configuredThinkAndKeepAlive(config.chat),
    bus: copies,
    // Alone it looks where there is a reason to.
    lookForLeftRepliesEveryMs: copies === undefined ? 0 : LOOK_FOR_ORPHANS_EVERY_MS,
    summaryQuietMs,
    lastDoctorReport,
    webFolder: webFolder(),
    version: packageVersion(),
  });
  return await starting.catch(async (error: unknown) => {
    // It is closed with the HMI, which there is none of.
    await copies?.close();
    throw error;
  });
}

/** Whether there are users with names of their own. */
function hasPeople({ users, user_header }: Config["auth"]): boolean {
  return user_header !== "" || Object.keys(users).length > 0;
}

/** What copies on one PostgreSQL tell each other; undefined where the store is a file of this machine. */
async function busOf(
  { store }: Config,
  logger: FastifyBaseLogger | undefined,
): Promise<ReplicaBus | undefined> {
  if (store.url === "") return undefined;
  const { PostgresqlBus } = await import("./replicas/postgresql-bus.ts");
  const bus = new PostgresqlBus({
    url: store.url,
    channel: "stack_hmi",
    onError: (err, what) => logger?.warn({ err }, `failed: ${what}`),
  });
  await bus.connect();
  return bus;
}

/** Longer than a quick writer, or a program, takes to go on. */
const SUMMARY_QUIET_MS = 1_000;

/** How often a copy looks for replies that others have left, in milliseconds. */
const LOOK_FOR_ORPHANS_EVERY_MS = 1_000;

/**
 * Where a service listens, and who may call it by which names. Where there may be others like it, it has also the name that
 * they have for it, and its answers tell which of them it is.
 */
function serverOf(
  { auth, http, store, replicas }: Config,
  { host, port }: Address,
  logger: FastifyBaseLogger | undefined,
): ListenerOptions {
  const advertiseHost = replicas.advertise_host;
  const advertised = advertisedHost(host, advertiseHost);
  return {
    host,
    port,
    advertiseHost,
    logger,
    token: auth.token,
    users: auth.users,
    userHeader: auth.user_header,
    trustedProxies: auth.trusted_proxies,
    allowedHosts: store.url === "" ? http.allowed_hosts : [...http.allowed_hosts, advertised],
    replicaId: store.url === "" ? undefined : randomUUID(),
  };
}

/** Undefined where the store does not know the conversation that it is asked about. */
async function ifKnown<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof WireError && error.code === "conversation_not_found") return undefined;
    throw error;
  }
}
