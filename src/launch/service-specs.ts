import { getCompileCacheDir } from "node:module";
import { dirname, join } from "node:path";
import { roleAddress, tapAddress } from "../config/addresses.ts";
import type { Config } from "../config/config-schema.ts";
import { DEFAULT_SETTINGS } from "../config/default-config.ts";
import { toEnvironment } from "../config/environment-layer.ts";
import {
  type OwnService,
  REPLICA_DRAIN_MS,
  REPLICA_LABEL,
  replicaAddress,
  replicaAddresses,
  replicaName,
  replicaNumbers,
  replicasOf,
} from "../config/replicas.ts";
import type { Role } from "../config/service-config.ts";
import { type Address, urlOf } from "../contract/address.ts";
import { bearerHeader } from "../contract/caller-headers.ts";
import { gatewayRoutes } from "../contract/routes.ts";
import { packageRoot } from "../files/package-root.ts";
import {
  type Command,
  DEFAULT_STOP_TIMEOUT_MS,
  type HttpProbe,
  type ServiceSpec,
} from "../supervisor/service-spec.ts";
import { OWN_COMPILE_CACHE } from "../supervisor/supervisor-protocol.ts";
import { identifyingPath } from "./identify-engine.ts";
import type { EnginePlan } from "./plan-engine.ts";

/**
 * What Node is started with for a service: new objects get 32 MiB at most, half of what Node 24 takes by
 * itself. With 1,000 open streams each costs 40 % less memory, and throughput is the same. What else V8 is told, a service tells
 * it when it is there (`services/release-idle-memory.ts`).
 */
export const NODE_FLAGS: readonly string[] = ["--max-semi-space-size=16"];

/** `ollama serve` looks for hardware before it answers. */
const OLLAMA_START_TIMEOUT_MS = 60_000;
/** Longest time for the answer to one probe. */
export const PROBE_TIMEOUT_MS = 2_000;

/** What every engine of the configured wire answers. */
export function engineReady({ engine }: Config): HttpProbe {
  return {
    kind: "http",
    path: identifyingPath(engine.api),
    headers: bearerHeader(engine.api_key),
    status: 200,
    json: engine.api === "openai" ? { data: "*" } : { version: "*" },
    timeoutMs: PROBE_TIMEOUT_MS,
  };
}

/** The engine as a process of ours. An external one is only looked at: its command is never run. */
export function engineSpec(config: Config, plan: EnginePlan): ServiceSpec {
  const address = roleAddress("engine", config);
  const engine = { name: "engine", address, ready: engineReady(config) };
  if (plan.use !== "ollama")
    return { ...engine, command: embeddedCommand("engine", config), labels: { kind: "stand-in" } };
  return {
    ...engine,
    command: {
      file: plan.program,
      args: ["serve"],
      cwd: config.state.dir,
      env: { OLLAMA_HOST: urlOf(address) },
    },
    startTimeoutMs: OLLAMA_START_TIMEOUT_MS,
    labels: { kind: "ollama" },
  };
}

/** The gateway or the HMI as a process of ours; of several copies, the one with this number. */
export function serviceSpec(config: Config, name: OwnService, number = 1): ServiceSpec {
  const address = replicaAddress(config[name], number);
  const settings = ownSettings(config, name, address);
  const { drain_ms } = settings.stream;
  const isOneOfSeveral = replicaNumbers(config.services[name]).length > 1;
  return {
    name: replicaName(name, number),
    command: embeddedCommand(name, settings),
    address,
    ready: {
      kind: "http",
      path: gatewayRoutes.health.path(),
      headers: bearerHeader(config.auth.token),
      status: 200,
      // Something else may answer 200 at that path.
      json: { service: name },
      timeoutMs: PROBE_TIMEOUT_MS,
    },
    // Until then it lets its replies come to their end.
    ...(drain_ms > 0 && { stopTimeoutMs: drain_ms + DEFAULT_STOP_TIMEOUT_MS }),
    ...(isOneOfSeveral && { copyOf: name }),
    labels: { kind: "embedded", ...(number > 1 && { [REPLICA_LABEL]: name }) },
  };
}

/** The settings of a gateway or an HMI that listens there: whom it asks, and how long it drains. */
export function ownSettings(config: Config, name: OwnService, address: Address): Config {
  const { replicas, services, stream } = config;
  // Where there may be copies, it drains also where nobody says: others take new replies meanwhile.
  const standard = replicasOf(services[name]) === undefined ? 0 : REPLICA_DRAIN_MS;
  return {
    ...config,
    [name]: address,
    engine: behindTap(config),
    stream: { ...stream, drain_ms: stream.drain_ms || standard },
    replicas: { ...replicas, gateway_urls: name === "hmi" ? gatewayUrls(config) : [] },
  };
}

/** Where an HMI finds the gateways: as it is configured, else all copies that run here. */
function gatewayUrls({ replicas, services, gateway }: Config): string[] {
  if (replicas.gateway_urls.length > 0) return replicas.gateway_urls;
  const addresses = replicaAddresses(services["gateway"], gateway);
  return addresses.length === 1 ? [] : addresses.map(urlOf);
}

/** The engine as services find it, for whom there is no tap. */
function behindTap(config: Config): Config["engine"] {
  return { ...config.engine, url: engineUrlForGateway(config), tap_port: 0 };
}

/** Where the gateway finds the engine: at the tap, if there is one. */
export function engineUrlForGateway({ engine }: Config): string {
  return engine.tap_port === 0 ? engine.url : urlOf(tapAddress({ engine }));
}

/** One of our own services as a process of this program's Node. */
export function embeddedCommand(name: Role | "tap", config: Config): Command {
  // Without what no service reads: a change of it is no reason to start one again.
  const { contract: _, monitor: __, ...settings } = config;
  const { auth, engine, store, replicas } = settings;
  const isOwn = name === "hmi" || name === "gateway";
  const told = {
    ...settings,
    // A secret goes to whom it is for.
    auth: isOwn ? auth : { ...DEFAULT_SETTINGS.auth, token: auth.token },
    engine: { ...engine, api_key: name === "gateway" ? engine.api_key : "" },
    replicas: isOwn ? replicas : DEFAULT_SETTINGS.replicas,
    // One of the two is where the conversations are.
    store: store.url === "" ? store : { ...store, path: "", url: isOwn ? store.url : "" },
  };
  const env = { ...toEnvironment(told), ...compileCache() };
  return { ...ourProgram("service-process", NODE_FLAGS, [name]), env };
}

/** The supervisor as a process of this program's Node. */
export function supervisorCommand(): Command {
  // The user's own choice of a folder is for the user's programs too.
  const args = process.env["NODE_COMPILE_CACHE"] === undefined ? [OWN_COMPILE_CACHE] : [];
  return { ...ourProgram("supervisor-process", SUPERVISOR_NODE_FLAGS, args), env: compileCache() };
}

/**
 * It does next to nothing: without compilers and with a small heap for new objects it needs 57 MB instead of 80, and no
 * more time.
 */
const SUPERVISOR_NODE_FLAGS = ["--max-semi-space-size=1", "--lite-mode"];

/** A program of this package, from the sources or as it was built. */
function ourProgram(name: string, flags: readonly string[], args: readonly string[]): Command {
  const root = packageRoot();
  const isSource = import.meta.url.endsWith(".ts");
  const program = isSource
    ? ["--import", "tsx", join(root, "src", `${name}.ts`)]
    : [join(root, "dist", `${name}.js`)];
  return { file: process.execPath, args: [...flags, ...program, ...args], cwd: root };
}

/** Lets a service keep its compiled code where this command keeps its own: it starts quicker by a tenth. */
function compileCache(): Record<string, string> {
  // Node gives the folder of its own version, and takes the one above.
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
