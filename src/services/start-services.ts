import { randomUUID } from "node:crypto";
import type { FastifyBaseLogger } from "fastify";
import { configError, type Place } from "../config/config-layer.ts";
import type { Config } from "../config/config-schema.ts";
import { DEFAULT_CONFIG } from "../config/default-config.ts";
import { peopleFaults } from "../config/people-faults.ts";
import { addressOfUrl } from "../contract/address.ts";
import { UserError, WireError } from "../errors.ts";
import { packageVersion, webFolder } from "../files/package-root.ts";
import { startTap } from "../tap/start-tap.ts";
import type { Rewrite } from "../tap/tap-rewrite.ts";
import type { ConversationStore } from "./conversations/conversation-store.ts";
import { pendingRequest } from "./conversations/conversation-turn.ts";
import { configuredSettings } from "./conversations/engine-settings.ts";
import { limitsFrom } from "./conversations/model-limits.ts";
import { openSqliteStore } from "./conversations/sqlite/open-sqlite-store.ts";
import { engineOptionsIn } from "./engine/engine-environment.ts";
import { startEngine } from "./engine/start-engine.ts";
import { createEngineClient, type EngineClient } from "./gateway/engine-client.ts";
import { listModels } from "./gateway/list-models.ts";
import { startGateway } from "./gateway/start-gateway.ts";
import { createGatewayClient, type GatewayClient } from "./hmi/gateway-client.ts";
import { startHmi } from "./hmi/start-hmi.ts";
import type { ServerOptions } from "./http/http-server.ts";
import type { RunningService } from "./http/report-health.ts";
import { advertisedHost } from "./replicas/advertised-url.ts";
import type { CopyBus } from "./replicas/copy-bus.ts";
import { type RestartableService, type StartOnPort, startRestartable } from "./restartable-service.ts";
import type { FinishedLogsSettings } from "./stream/finished-logs.ts";
import type { ReaderSettings } from "./stream/send-event-stream.ts";

/** Wraps the parts where services meet. This is how a fault gets in, and how a test can watch. */
export interface Overrides {
  /** Wraps the conversation store that gateway and HMI use. */
  store?: (store: ConversationStore) => ConversationStore;
  /** Wraps the gateway's client of the engine. */
  engine?: (client: EngineClient) => EngineClient;
  /** Wraps the HMI's client of the gateway. */
  gateway?: (client: GatewayClient) => GatewayClient;
  /** Wraps what each copy of the HMI and the others tell each other. */
  bus?: (bus: CopyBus) => CopyBus;
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
  bus?: CopyBus | undefined;
}

export interface StackOptions extends StartContext {
  /** Settings, as in the configuration; what is left out has its default. */
  stream?: Partial<Config["stream"]>;
  chat?: Partial<Config["chat"]>;
  /** How the engine is asked; where it is says `engineUrl`. */
  engine?: Partial<Pick<Config["engine"], "api" | "api_key" | "max_concurrent">>;
  /** The token that HMI and gateway ask for, and the limits of who may call. */
  auth?: Partial<Config["auth"]>;
  http?: Partial<Config["http"]>;
  /** A running engine's URL; without it, the stand-in runs in this process. */
  engineUrl?: string;
  /** Pace of the stand-in, in milliseconds a token; 0 (the default) is as fast as it can. */
  tokenDelayMs?: number;
  /** The conversations' database file; without it, they end with the process. */
  storePath?: string;
  /** A PostgreSQL database for them in place of a file; as the setting `store.url`. */
  storeUrl?: string;
  /** So many copies of gateway and HMI, each HMI before a gateway of its own; more than one needs `storeUrl`. One where left out. */
  copies?: number;
}

/** A gateway, and an HMI that asks it, beside others on the same database (contract, section 9). */
export interface RunningCopy {
  /** URL of this HMI. */
  readonly hmi: string;
  /** URL of this gateway. */
  readonly gateway: string;
  /** @internal */
  readonly services: ReadonlyMap<"hmi" | "gateway", RestartableService>;
}

/** A whole stack in this process, each service on a free port of its own. */
export interface RunningStack {
  /** URL of the HMI; of several, of the first. */
  readonly hmi: string;
  /** URL of the gateway; of several, of the first. */
  readonly gateway: string;
  /** Each copy of them, the first among them. */
  readonly copies: readonly RunningCopy[];
  /** URL of the engine. */
  readonly engine: string;
  /** @internal Those that were started here; of copies, those of the first. */
  readonly services: ReadonlyMap<ServiceName, RestartableService>;
  /** Stops all that was started. */
  close(): Promise<void>;
  /** The same, for `await using stack = await startStack()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** @internal */
export type ServiceName = "engine" | "gateway" | "hmi";

/**
 * Starts engine stand-in, gateway and HMI in this process, on loopback and free ports. Many stacks may
 * run side by side, for example one in each test.
 */
export async function startStack(options: StackOptions = {}): Promise<RunningStack> {
  const started: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const service of started.splice(0).reverse()) await service.close();
  };
  const own = <Service extends { close(): Promise<void> }>(service: Service): Service => {
    started.push(service);
    return service;
  };
  try {
    return { ...(await startAll(options, own)), close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startAll(
  options: StackOptions,
  own: <Service extends { close(): Promise<void> }>(service: Service) => Service,
): Promise<Pick<RunningStack, "hmi" | "gateway" | "engine" | "copies" | "services">> {
  const { engineUrl, tokenDelayMs = 0, copies: count = 1, overrides } = options;
  const token = options.auth?.token ?? "";
  requireShared(options);
  const settings = { ...DEFAULT_CONFIG.stream, ...options.stream };
  const stream = overrides?.stream?.(settings) ?? settings;
  const runAs = async <Name extends ServiceName>(
    name: Name,
    services: Map<Name, RestartableService>,
    start: StartOnPort,
  ): Promise<string> => {
    const service = own(await startRestartable(start, stream.drain_ms));
    services.set(name, service);
    return service.url;
  };
  /** The service's URL; of the tap in front of it, where something goes wrong on its wire. */
  const asCalled = async (name: keyof NonNullable<Overrides["wire"]>, url: string): Promise<string> => {
    const rewrite = overrides?.wire?.[name];
    return rewrite === undefined
      ? url
      : own(await startTap({ upstream: url, rewrite, token, callersJudgedBy: "upstream" })).url;
  };
  const services = new Map<ServiceName, RestartableService>();
  const engine =
    engineUrl ?? (await runAs("engine", services, (port) => startEngine({ tokenDelayMs, token, port })));
  const config: Config = {
    ...DEFAULT_CONFIG,
    engine: { ...DEFAULT_CONFIG.engine, ...options.engine, url: await asCalled("engine", engine) },
    chat: { ...DEFAULT_CONFIG.chat, ...options.chat },
    stream,
    auth: { ...DEFAULT_CONFIG.auth, ...options.auth },
    http: { ...DEFAULT_CONFIG.http, ...options.http },
    store: { ...DEFAULT_CONFIG.store, path: options.storePath ?? ":memory:", url: options.storeUrl ?? "" },
  };
  const wrong = peopleFaults(config);
  if (wrong.length > 0) throw configError(wrong.map(({ path, message }) => placed(path, message)));
  const on = (name: "gateway" | "hmi", port: number): Config => ({
    ...config,
    [name]: { ...config[name], port },
  });
  const startCopy = async (): Promise<RunningCopy> => {
    const store = own(await openStore(config, options));
    // On a server each service has connections and a lease of its own, as where they are processes.
    const gatewayStore = config.store.url === "" ? store : own(await openStore(config, options));
    const services = new Map<"hmi" | "gateway", RestartableService>();
    const gateway = await asCalled(
      "gateway",
      await runAs("gateway", services, (port) => startGatewayOn(on("gateway", port), gatewayStore, options)),
    );
    const hmi = await asCalled(
      "hmi",
      await runAs("hmi", services, (port) => startHmiOn(on("hmi", port), store, gateway, options)),
    );
    return { hmi, gateway, services };
  };
  const first = await startCopy();
  const copies = [first];
  while (copies.length < count) copies.push(await startCopy());
  for (const [name, service] of first.services) services.set(name, service);
  const { hmi, gateway } = first;
  // The engine's own record is not what goes wrong on the way to it.
  return { hmi, gateway, engine, copies, services };
}

/** Copies that share no database are stacks that know nothing of each other. */
function requireShared({ copies = 1, storeUrl = "" }: StackOptions): void {
  if (copies === 1 || storeUrl !== "") return;
  throw new UserError("config_invalid", `${copies} copies cannot share a database in one process or file.`, {
    hint: "Name a PostgreSQL by storeUrl.",
  });
}

function placed(path: readonly PropertyKey[], message: string): { place: Place; message: string } {
  return { place: { name: path.map(String).join("."), order: 0 }, message };
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

/**
 * Starts the engine stand-in where the configuration expects an engine.
 *
 * @param env the variables of `ollama serve`, of which it obeys those that it knows
 */
export async function startStandIn(config: Config, env: NodeJS.ProcessEnv = {}): Promise<RunningService> {
  const tokenDelayMs = config.engine.token_delay_ms;
  const access = { token: config.auth.token, allowedHosts: config.http.allowed_hosts };
  return await startEngine({
    ...engineOptionsIn(env),
    ...addressOfUrl(config.engine.url),
    ...access,
    tokenDelayMs,
    announce: true,
  });
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
  const context = {
    limitsOf: limitsFrom(() => listModels(engine, config.chat.model)),
    defaults: configuredSettings(config.chat),
  };
  return await startGateway({
    ...config.gateway,
    ...accessOf(config, config.gateway),
    engine,
    engineUrl: config.engine.url,
    defaultModel: config.chat.model,
    ...streamLimitsOf(config),
    orphanGraceMs: config.stream.orphan_grace_ms,
    maxReplyMs: config.stream.max_reply_ms,
    maxConcurrent: config.engine.max_concurrent,
    conversations: {
      userOf: (sessionId) => store.userOf(sessionId),
      async pendingRequest(sessionId) {
        const user = await store.userOf(sessionId);
        return user === undefined
          ? undefined
          : await ifKnown(pendingRequest(store.as(user), sessionId, context));
      },
    },
    directory: store.generations,
    advertiseHost: config.replicas.advertise_host,
    version: packageVersion(),
    logger,
  });
}

/** Starts the HMI of this configuration. */
export async function startHmiOn(
  config: Config,
  store: ConversationStore,
  gatewayUrl: string,
  { overrides, logger, bus }: StartContext = {},
): Promise<RunningService> {
  const plain = bus ?? (await busOf(config, logger));
  const copies = plain && (overrides?.bus?.(plain) ?? plain);
  const { gateway_urls } = config.replicas;
  const gateways = gateway_urls.length > 0 ? gateway_urls : [gatewayUrl];
  const client = createGatewayClient(gateways, config.auth.token, config.stream.max_reply_chars);
  const starting = startHmi({
    ...config.hmi,
    ...accessOf(config, config.hmi),
    messagesPerMinute: config.http.messages_per_minute,
    gateway: overrides?.gateway?.(client) ?? client,
    gatewayUrl: gateways.join(", "),
    store,
    defaultAgent: config.chat.agent,
    engineSettings: configuredSettings(config.chat),
    ...streamLimitsOf(config),
    maxReplyMs: config.stream.max_reply_ms,
    saveEveryMs: config.stream.save_every_ms,
    onReaderGone: config.stream.on_reader_gone,
    orphanGraceMs: config.stream.orphan_grace_ms,
    bus: copies,
    advertiseHost: config.replicas.advertise_host,
    // Alone it looks where there is a reason to.
    lookForLeftEveryMs: copies === undefined ? 0 : LOOK_FOR_LEFT_EVERY_MS,
    webFolder: webFolder(),
    version: packageVersion(),
    logger,
  });
  return await starting.catch(async (error: unknown) => {
    // It is closed with the HMI, which there is none of.
    await copies?.close();
    throw error;
  });
}

/** What copies on one PostgreSQL tell each other; undefined where the store is a file of this machine. */
async function busOf({ store }: Config, logger: FastifyBaseLogger | undefined): Promise<CopyBus | undefined> {
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

/** How often a copy looks for replies that others have left, in milliseconds. */
const LOOK_FOR_LEFT_EVERY_MS = 1_000;

/** Who may call a service that listens there, and by which names; where there may be others like it, by theirs for it too, and told which it is. */
function accessOf(
  { auth, http, store, replicas }: Config,
  { host }: Config["hmi"],
): Omit<ServerOptions, "host" | "logger"> {
  const advertised = advertisedHost(host, replicas.advertise_host);
  return {
    token: auth.token,
    users: auth.users,
    userHeader: auth.user_header,
    trustedProxies: auth.trusted_proxies,
    allowedHosts: store.url === "" ? http.allowed_hosts : [...http.allowed_hosts, advertised],
    copyId: store.url === "" ? undefined : randomUUID(),
  };
}

/** What gateway and HMI have in common in their dealings with readers. */
function streamLimitsOf({ stream }: Config): ReaderSettings & FinishedLogsSettings {
  return {
    heartbeatMs: stream.heartbeat_ms,
    stalledReaderMs: stream.stalled_reader_ms,
    keepFinishedMs: stream.keep_finished_ms,
    keepFinishedBytes: stream.keep_finished_bytes,
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
