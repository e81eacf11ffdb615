import { getCompileCacheDir } from "node:module";
import { dirname, join } from "node:path";
import { toEnvironment } from "../config/environment.ts";
import type { Config } from "../config/schema.ts";
import { urlOf } from "../contract/address.ts";
import { bearerHeader } from "../contract/auth.ts";
import { engineRoutes, gatewayRoutes } from "../contract/routes.ts";
import { packageRoot } from "../package-root.ts";
import type { Address, Command, ServiceSpec } from "../supervisor/index.ts";
import { type EnginePlan, readEngineAnswer } from "./engine.ts";

/** The names of the three services, in the order in which they start. */
export type ServiceName = "engine" | "gateway" | "hmi";

/**
 * What Node is started with for a service: new objects get 32 MiB at most, half of what Node 24 takes by
 * itself. With 1,000 open streams each costs 40 % less memory, and throughput is the same.
 */
export const NODE_FLAGS: readonly string[] = ["--max-semi-space-size=16"];

/** `ollama serve` looks for hardware before it answers. */
const OLLAMA_START_TIMEOUT_MS = 60_000;
const PROBE_TIMEOUT_MS = 2_000;

/** The engine as a process of ours. An external one is only looked at: its command is never run. */
export function engineSpec(config: Config, plan: EnginePlan): ServiceSpec {
  const address = engineAddress(config);
  const ready = {
    path: engineRoutes.version.path(),
    timeoutMs: PROBE_TIMEOUT_MS,
    accept: (status: number, body: string) => readEngineAnswer(status, body).kind !== "other",
  };
  if (plan.use !== "ollama") {
    return {
      name: "engine",
      command: embedded("engine", config),
      address,
      ready,
      labels: { kind: "stand-in" },
    };
  }
  return {
    name: "engine",
    command: {
      file: plan.program,
      args: ["serve"],
      cwd: config.state.dir,
      env: { OLLAMA_HOST: urlOf(address) },
    },
    address,
    ready,
    startTimeoutMs: OLLAMA_START_TIMEOUT_MS,
    labels: { kind: "ollama" },
  };
}

/** The gateway or the HMI as a process of ours. */
export function serviceSpec(config: Config, name: "gateway" | "hmi"): ServiceSpec {
  return {
    name,
    command: embedded(name, config),
    address: config[name],
    ready: {
      path: gatewayRoutes.health.path(),
      headers: bearerHeader(config.auth.token),
      timeoutMs: PROBE_TIMEOUT_MS,
      accept: (status, body) => status === 200 && isServiceNamed(body, name),
    },
    labels: { kind: "embedded" },
  };
}

/** Where the engine is or will be. */
export function engineAddress(config: Config): Address {
  const { hostname, port } = new URL(config.engine.url);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? 80 : Number(port) };
}

/** One of our own services as a process of this program's Node. */
function embedded(name: ServiceName, config: Config): Command {
  const root = packageRoot();
  const isSource = import.meta.url.endsWith(".ts");
  const args = isSource
    ? ["--import", "tsx", join(root, "src", "service-process.ts"), name]
    : [join(root, "dist", "service-process.js"), name];
  const env = { ...toEnvironment(config), ...compileCache() };
  return { file: process.execPath, args: [...NODE_FLAGS, ...args], cwd: root, env };
}

/** Lets a service keep its compiled code where this command keeps its own: it starts quicker by a tenth. */
function compileCache(): Record<string, string> {
  // Node gives the folder of its own version, and takes the one above.
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

/** Something else may answer 200 at that path. */
function isServiceNamed(body: string, name: string): boolean {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === "object" && json !== null && "service" in json && json.service === name;
  } catch {
    return false;
  }
}
