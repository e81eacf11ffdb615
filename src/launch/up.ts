import type { Config } from "../config/schema.ts";
import { urlOf } from "../contract/address.ts";
import { EXIT, UserError } from "../errors.ts";
import {
  describeKeeper,
  describeListener,
  findKeeperOf,
  type ServiceRecord,
  type ServiceSpec,
  startService,
  stateFolder,
  stopService,
  withLock,
  writeRecord,
} from "../supervisor/index.ts";
import { lookAtStack, type Sighting, type StackSighting } from "./look.ts";
import type { ServiceName } from "./specs.ts";

/** What became of one service. */
export interface UpStep {
  readonly name: ServiceName;
  /** `external`: somebody else's, used as it is. */
  readonly state: "started" | "running" | "external";
  /** `stand-in`, `ollama` or `embedded`. */
  readonly kind: string;
  readonly url: string;
  /** Null for an external one. */
  readonly pid: number | null;
  /** From its start until it was ready, in milliseconds; null where it was not started. */
  readonly ready_ms: number | null;
}

export interface UpOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the start: what this call started is stopped again. */
  readonly signal: AbortSignal;
  readonly onStep: (step: UpStep) => void;
  /** Told before a service is started, and when another `stack up` has to be waited for. */
  readonly onProgress: (text: string) => void;
}

/** What `up` did. */
export interface UpResult {
  readonly steps: readonly UpStep[];
  /** The services that this call started, in order. */
  readonly started: readonly ServiceRecord[];
}

/**
 * Brings the three services up, each ready before the next; what runs already is left as it is. Nothing
 * is started where one cannot be; and where one fails, what this call started is stopped again.
 * Throws a UserError: `port_taken`, `start_failed`, `database_too_new`, `database_unreadable`, `state_unwritable`.
 */
export async function bringUp(options: UpOptions): Promise<UpResult> {
  const { config, signal, onProgress } = options;
  return await withLock(stateFolder(config.state.dir), () => startMissing(options), {
    signal,
    onWait: (pid) => onProgress(`waiting for another start (pid ${pid})`),
  });
}

async function startMissing({ config, env, signal, onStep, onProgress }: UpOptions): Promise<UpResult> {
  const sighting = await lookAtStack(config, env);
  const services = [sighting.engine, sighting.gateway, sighting.hmi];
  requireRemoteEngine(sighting);
  const blocked = services.filter((service) => isInTheWay(service, sighting));
  if (blocked.length > 0) throw portsTaken(blocked);
  if (!isServing(sighting.gateway) || !isServing(sighting.hmi)) await requireStore(config);

  const steps: UpStep[] = [];
  const started: ServiceRecord[] = [];
  const report = (step: UpStep): void => {
    steps.push(step);
    onStep(step);
  };
  try {
    for (const service of services) {
      const present = presentStep(service, sighting, config);
      if (present !== undefined) {
        report(present);
        continue;
      }
      onProgress(`starting ${service.name}`);
      const start = performance.now();
      const record = await startOne(service, config, signal);
      started.push(record);
      report(stepOf(service.spec, "started", record.pid, Math.round(performance.now() - start)));
    }
    return { steps, started };
  } catch (error) {
    for (const record of started.reverse()) await stopService(record, stateFolder(config.state.dir));
    throw error;
  }
}

/** On this machine an engine can be started; elsewhere it must be there. */
function requireRemoteEngine({ engine }: StackSighting): void {
  const { host } = engine.spec.address;
  if (engine.plan.use === "external" || LOOPBACK.test(host)) return;
  throw new UserError("unreachable", `No engine answers at ${urlOf(engine.spec.address)}.`, {
    hint: "Nothing was started. Start Ollama there, or set engine.url to an address of this machine.",
    exitCode: EXIT.failed,
  });
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

function isInTheWay({ name, state }: Sighting, { engine }: StackSighting): boolean {
  return state.state === "foreign" && !(name === "engine" && engine.plan.use === "external");
}

/** Gateway and HMI both open the database: what is wrong with it is better told before anything starts. */
async function requireStore(config: Config): Promise<void> {
  // Loads all of the services, which a stack that runs already need not wait for.
  const { checkStore } = await import("../services/start.ts");
  await checkStore(config);
}

function isServing({ state }: Sighting): boolean {
  return state.state === "running" && state.healthy;
}

/** The step of a service that needs no start. */
function presentStep(service: Sighting, { engine }: StackSighting, config: Config): UpStep | undefined {
  const { name, spec, state } = service;
  if (state.state === "running" && state.healthy) {
    // Its record may have been lost: from now on it is known again.
    if (!state.recorded) writeRecord(stateFolder(config.state.dir), state.record);
    return stepOf({ ...spec, labels: state.record.labels ?? {} }, "running", state.record.pid, null);
  }
  if (name !== "engine" || engine.plan.use !== "external") return undefined;
  const kind = engine.plan.standIn ? "stand-in" : "ollama";
  return stepOf({ ...spec, labels: { kind } }, "external", null, null);
}

/** Starts a service; one that is there but does not answer, or left something behind, is cleared first. */
async function startOne(
  { spec, state }: Sighting,
  config: Config,
  signal: AbortSignal,
): Promise<ServiceRecord> {
  const folder = stateFolder(config.state.dir);
  if (state.state === "running" || state.state === "stale") await stopService(state.record, folder);
  return await startService(spec, folder, { signal });
}

function stepOf(
  { name, address, labels }: ServiceSpec,
  state: UpStep["state"],
  pid: number | null,
  ready_ms: number | null,
): UpStep {
  return {
    name: name as ServiceName,
    state,
    kind: labels?.["kind"] ?? "embedded",
    url: urlOf(address),
    pid,
    ready_ms,
  };
}

function portsTaken(blocked: readonly Sighting[]): UserError {
  const lines = blocked.map(({ name, spec, state }) => {
    const listeners = state.state === "foreign" ? state.listeners : [];
    const owners = listeners.map(describeListener).join(" and ");
    const answers = state.state === "foreign" && state.probe.ok ? ` It answers like the ${name}.` : "";
    const keepers = listeners.map(findKeeperOf).flatMap((keeper) => keeper ?? []);
    const kept = [...new Set(keepers.map((keeper) => ` ${describeKeeper(keeper)}`))].join("");
    return `${name} needs port ${spec.address.port}, which is taken by ${owners}.${answers}${kept}`;
  });
  const variables = blocked.map(({ name }) => (name === "engine" ? "engine.url" : `${name}.port`));
  return new UserError("port_taken", lines.join("\n"), {
    hint: `Nothing was started. Stop that process, or set ${variables.join(", ")} to another port.`,
    exitCode: EXIT.failed,
  });
}
