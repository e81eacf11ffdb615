import { type ConfigPlace, configError } from "../config/config-layer.ts";
import type { Config } from "../config/config-schema.ts";
import { DEFAULT_CONFIG } from "../config/default-config.ts";
import { peopleProblems } from "../config/people-problems.ts";
import { UserError } from "../errors/user-error.ts";
import { startTap } from "../tap/start-tap.ts";
import { type RestartableService, type StartOnPort, startRestartable } from "./restartable-service.ts";
import { startStandIn } from "./stand-in-engine/start-stand-in.ts";
import {
  type Overrides,
  openStore,
  type StartContext,
  startGatewayOn,
  startHmiOn,
} from "./start-services.ts";

export interface InProcessStackOptions extends StartContext {
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
  /** The setting `engine.token_delay_ms`; 0, as fast as it can, where it is left out. */
  tokenDelayMs?: number;
  /** The conversations' database file; without it, they end with the process. */
  storePath?: string;
  /** A PostgreSQL database for them in place of a file; as the setting `store.url`. */
  storeUrl?: string;
  /** This many copies of gateway and HMI, each HMI before a gateway of its own; more than one needs `storeUrl`. One where left out. */
  copies?: number;
}

/** A gateway, and an HMI that asks it, beside others on the same database (contract, section 9). */
export interface RunningReplica {
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
  readonly copies: readonly RunningReplica[];
  /** URL of the engine. */
  readonly engine: string;
  /** @internal Those that were started here; of copies, those of the first. */
  readonly services: ReadonlyMap<ServiceName, RestartableService>;
  /** Stops all that was started. */
  close(): Promise<void>;
  /** The same, for `await using stack = await startInProcessStack()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** @internal */
export type ServiceName = "engine" | "gateway" | "hmi";

/**
 * Starts engine stand-in, gateway and HMI in this process, on loopback and free ports. Many stacks may
 * run side by side, for example one in each test.
 */
export async function startInProcessStack(options: InProcessStackOptions = {}): Promise<RunningStack> {
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
  options: InProcessStackOptions,
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
  const engines = new Map<"engine", RestartableService>();
  const engine =
    engineUrl ?? (await runAs("engine", engines, (port) => startStandIn({ tokenDelayMs, token, port })));
  const config: Config = {
    ...DEFAULT_CONFIG,
    engine: { ...DEFAULT_CONFIG.engine, ...options.engine, url: await asCalled("engine", engine) },
    chat: { ...DEFAULT_CONFIG.chat, ...options.chat },
    stream,
    auth: { ...DEFAULT_CONFIG.auth, ...options.auth },
    http: { ...DEFAULT_CONFIG.http, ...options.http },
    store: { ...DEFAULT_CONFIG.store, path: options.storePath ?? ":memory:", url: options.storeUrl ?? "" },
  };
  const wrong = peopleProblems(config);
  if (wrong.length > 0) throw configError(wrong.map(({ path, message }) => placed(path, message)));
  const on = (name: "gateway" | "hmi", port: number): Config => ({
    ...config,
    [name]: { ...config[name], port },
  });
  // Its messages come from programs, which wait for what is due.
  const atOnce: StartContext = { summaryQuietMs: 0, ...options };
  const startReplica = async (): Promise<RunningReplica> => {
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
      await runAs("hmi", services, (port) => startHmiOn(on("hmi", port), store, gateway, atOnce)),
    );
    return { hmi, gateway, services };
  };
  const first = await startReplica();
  const copies = [first];
  while (copies.length < count) copies.push(await startReplica());
  const { hmi, gateway } = first;
  const services = new Map<ServiceName, RestartableService>([...engines, ...first.services]);
  // The engine's own record is not what goes wrong on the way to it.
  return { hmi, gateway, engine, copies, services };
}

/** Copies that share no database are stacks that know nothing of each other. */
function requireShared({ copies = 1, storeUrl = "" }: InProcessStackOptions): void {
  if (copies === 1 || storeUrl !== "") return;
  throw new UserError("config_invalid", `${copies} copies cannot share a database in one process or file.`, {
    hint: "Name a PostgreSQL by storeUrl.",
  });
}

function placed(path: readonly PropertyKey[], message: string): { place: ConfigPlace; message: string } {
  return { place: { name: path.map(String).join("."), order: 0 }, message };
}
