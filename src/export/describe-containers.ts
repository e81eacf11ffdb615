import type { Config, Settings } from "../config/config-schema.ts";
import { DEFAULT_SETTINGS } from "../config/default-config.ts";
import { variableOf } from "../config/environment-layer.ts";
import { OWN_SERVICES, type OwnService, REPLICA_DRAIN_MS, replicasOf } from "../config/replicas.ts";
import { addressOfUrl, hostInUrl, isLoopback } from "../contract/address.ts";
import { DEFAULTS } from "../contract/contract-defaults.ts";
import { engineRoutes, gatewayRoutes, hmiRoutes } from "../contract/routes.ts";
import { isOnThisMachine } from "../contract/store-address.ts";
import { packageVersion } from "../files/package-root.ts";
import { NODE_FLAGS } from "../launch/service-specs.ts";
import type {
  ContainerDeployment,
  ContainerNames,
  ContainerService,
  ContainerSize,
  DeployedSecret,
} from "./container-deployment.ts";
import type { ExportOptions } from "./export-format.ts";
import { exportImpossible } from "./export-impossible.ts";
import { exportedVariables, secretsOf } from "./exported-settings.ts";
import { namesToAllow, publicHosts } from "./public-hosts.ts";

/** What the Dockerfile says of the image. */
const IMAGE = { node: "/nodejs/bin/node", probe: "dist/health-probe.js", data: "/var/lib/stack" } as const;
/** The release that this package is held against. */
const ENGINE_IMAGE = "ollama/ollama:0.23.0";
const ENGINE_HOME = "/var/lib/ollama";

const OWN_SIZE: ContainerSize = { cpu: ["100m", "2"], memory: ["192Mi", "1Gi"] };
/** A model has to fit into it: about its file and a quarter. */
const ENGINE_SIZE: ContainerSize = { cpu: ["1", "8"], memory: ["4Gi", "16Gi"] };
const STORE_SIZE = "5Gi";
const MODELS_SIZE = "50Gi";

/** What a process of ours needs to end once its replies have: its streams are cut, what they said is saved. */
const STOP_SECONDS = 10;

/**
 * The deployment of a configuration in containers. Throws a UserError `export_impossible` where a part of it cannot be
 * in one, or could not be reached there.
 */
export function describeContainers(
  config: Config,
  options: ExportOptions,
  names: ContainerNames,
): ContainerDeployment {
  requireOwnServices(config);
  const hosts = publicHosts(config, options);
  const engine = describeEngine(config);
  const own = (name: OwnService) =>
    describeOwn(name, { config, options, names, hosts, hasEngine: engine !== undefined });
  const services = [...(engine === undefined ? [] : [engine]), own("gateway"), own("hmi")];
  const secrets = new Map<string, DeployedSecret>();
  for (const secret of services.flatMap((service) => service.secrets)) secrets.set(secret.name, secret);
  return {
    hosts,
    services,
    secrets: [...secrets.values()],
    isShared: isShared(config),
    notes: notesOf(config),
  };
}

/** Whether several copies may have the conversations: on a server, not in a file of one machine. */
function isShared({ store }: Config): boolean {
  return store.url !== "";
}

/** As many as are asked for, else as are configured. */
function copiesOf(
  name: OwnService,
  { config, options: { replicas }, names }: Pick<OwnContext, "config" | "options" | "names">,
): number {
  if (replicas === undefined && !isShared(config)) return 1;
  if (replicas === undefined) return replicasOf(config.services[name]) ?? names.usualReplicas;
  if (replicas === 1 || isShared(config)) return replicas;
  throw exportImpossible(
    `The conversations are in SQLite, a file of one machine, and ${replicas} copies of gateway and HMI were asked for.`,
    "Set store.url to a PostgreSQL database, or leave --replicas out.",
  );
}

/** What is a program of the user's is in no image of ours. */
function requireOwnServices({ services }: Config): void {
  for (const name of OWN_SERVICES) {
    if (services[name]?.embedded !== undefined) continue;
    const what = services[name]?.command?.file;
    throw exportImpossible(
      what === undefined
        ? `The ${name} of this stack is somebody else's, or there is none: what a container would run is not known.`
        : `The ${name} of this stack is a program of yours (${what}), and no container image of it is known.`,
      "In containers run the gateway and the HMI of this package. `stack export systemd` runs programs of yours too.",
    );
  }
}

/** Undefined where it is somebody else's, at an address that containers reach as everybody does. */
function describeEngine({ engine, services }: Config): ContainerService | undefined {
  const { host, port } = addressOfUrl(engine.url);
  if (!isLoopback(host)) return undefined;
  if (services["engine"]?.embedded === undefined || engine.api === "openai") {
    throw exportImpossible(
      `The engine is somebody else's at ${engine.url}, and in a container that is the container itself.`,
      "Set engine.url to where containers reach it: STACK_ENGINE_URL=http://vllm:8000 stack export ...",
    );
  }
  return {
    name: "engine",
    image: ENGINE_IMAGE,
    port,
    copies: 1,
    environment: { OLLAMA_HOST: `0.0.0.0:${port}`, HOME: ENGINE_HOME },
    secrets: [],
    volume: { name: "models", path: ENGINE_HOME, size: MODELS_SIZE },
    needs: [],
    livePath: engineRoutes.root.path(),
    ready: ["ollama", "list"],
    size: ENGINE_SIZE,
    stopSeconds: STOP_SECONDS,
  };
}

interface OwnContext {
  readonly config: Config;
  readonly options: ExportOptions;
  readonly names: ContainerNames;
  readonly hosts: readonly string[];
  readonly hasEngine: boolean;
}

function describeOwn(name: OwnService, context: OwnContext): ContainerService {
  const { config, options, names, hasEngine } = context;
  const settings = settingsIn(name, context);
  const secrets = secretsOf(name, settings);
  const files = secrets.map(({ variable, name: file }) => [variable, `${names.secretsFolder}/${file}`]);
  return {
    name,
    image: options.image ?? `chat-stack:${packageVersion()}`,
    args: [...NODE_FLAGS, "dist/service-process.js", name],
    port: portOf(name, config),
    copies: copiesOf(name, context),
    ...(isShared(config) && { ownAddressVariable: variableOf(["replicas", "advertise_host"]) }),
    environment: { ...exportedVariables(name, settings), ...Object.fromEntries(files) },
    secrets,
    ...(!isShared(config) && { volume: { name: "store", path: IMAGE.data, size: STORE_SIZE } }),
    needs: name === "hmi" ? ["gateway"] : hasEngine ? ["engine"] : [],
    livePath: gatewayRoutes.live.path(),
    ready: readyCommand(name),
    size: OWN_SIZE,
    stopSeconds: STOP_SECONDS + Math.ceil(settings.stream.drain_ms / 1000),
  };
}

/** It asks for the token, which only a program in the container has. */
function readyCommand(name: OwnService): string[] {
  const path = name === "hmi" ? hmiRoutes.ready.path() : gatewayRoutes.ready.path();
  return [IMAGE.node, IMAGE.probe, name, path];
}

/** The configured settings, as they are right inside a container. */
function settingsIn(
  name: OwnService,
  { config, names, hosts, hasEngine }: Omit<OwnContext, "options">,
): Settings {
  const { services: _, ...settings } = config;
  const engineUrl = `http://${hostInUrl(names.hostOf("engine"))}:${addressOfUrl(config.engine.url).port}`;
  const listens = { host: "0.0.0.0", port: portOf(name, config) };
  return {
    ...settings,
    hmi: name === "hmi" ? listens : DEFAULT_SETTINGS.hmi,
    gateway:
      name === "gateway" ? listens : { host: names.gatewayHost(config), port: portOf("gateway", config) },
    engine: { ...config.engine, ...(hasEngine && { url: engineUrl }) },
    http: {
      ...config.http,
      allowed_hosts: [...namesToAllow([...hosts, ...config.http.allowed_hosts, names.hostOf(name)])],
    },
    ...(isShared(config) && {
      stream: { ...config.stream, drain_ms: config.stream.drain_ms || REPLICA_DRAIN_MS },
    }),
    // Where a copy is, only whoever runs it knows; the gateways have one name together.
    replicas: DEFAULT_SETTINGS.replicas,
    store: {
      ...config.store,
      path: isShared(config) ? DEFAULT_SETTINGS.store.path : `${IMAGE.data}/chat.db`,
    },
  };
}

/** Of several on one machine each needs a port of its own, which may be left to the machine; a container has them all. */
function portOf(name: OwnService, config: Config): number {
  return config[name].port || (name === "hmi" ? DEFAULTS.hmiPort : DEFAULTS.gatewayPort);
}

function notesOf({ auth, engine, services, monitor, store }: Config): string[] {
  const others = Object.keys(services).filter((name) => !["engine", "gateway", "hmi"].includes(name));
  const notes: string[] = [];
  if (auth.token === "")
    notes.push("Beyond one machine whoever calls shows a token: make one (auth-token) before you start.");
  if (store.url !== "" && isOnThisMachine(store.url))
    notes.push(
      "The database is on this machine, and in a container that is the container itself: give the secret store-url an address that containers reach.",
    );
  if (others.length > 0) notes.push(`Left out, because no container image is known: ${others.join(", ")}.`);
  if (engine.tap_port !== 0) notes.push("Left out: the tap before the engine.");
  if (monitor.webhook_url !== "" || monitor.metrics_port !== 0)
    notes.push(
      "Left out: the supervisor with its webhook and metrics; whoever runs containers restarts them.",
    );
  return notes;
}
