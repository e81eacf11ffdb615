import type { Config } from "../config/config-schema.ts";
import type { Role } from "../config/service-config.ts";
import { addressOfUrl, isLoopback } from "../contract/address.ts";
import { findProgram } from "../files/find-program.ts";
import { type SocketTable, socketTable } from "../os/listening-ports.ts";
import { inspectService, type ServiceState } from "../supervisor/inspect-service.ts";
import { type ProbeResult, probe } from "../supervisor/run-probe.ts";
import { stateFolder } from "../supervisor/state-folder.ts";
import { type EngineAnswer, readEngineAnswer } from "./identify-engine.ts";
import { type EngineMeans, type EnginePlan, planEngine } from "./plan-engine.ts";
import { planServices } from "./plan-services.ts";
import type { PlannedService } from "./planned-service.ts";

/** One service as it was found. */
export interface ServiceInspection extends PlannedService {
  /** Of an external one: `foreign` where somebody on this machine listens, `stopped` where nobody does. */
  readonly state: ServiceState;
  /** How an external one answered; absent of others. */
  readonly answer?: ProbeResult;
  /** True where `--adopt` took it over a moment ago. */
  readonly isAdopted?: boolean;
}

/** The services as they were found, in the order in which they start. */
export type StackInspection = readonly ServiceInspection[];

/** Looks at all services; changes nothing. */
export async function inspectStack(config: Config, env: NodeJS.ProcessEnv): Promise<StackInspection> {
  const table = socketTable();
  // What the engine's place is, and what it must answer, is the same for all plans.
  const planned = planServices(config, { use: "stand-in" });
  return await Promise.all(
    planned.map((service) =>
      isOurEngine(service) ? observeEngine(service, config, env, table) : lookAt(service, config, table),
    ),
  );
}

/** The inspection of one of the three that make a chat stack; undefined where the stack has none. */
export function inspectionOf(inspections: StackInspection, name: Role): ServiceInspection | undefined {
  return inspections.find((inspection) => inspection.name === name);
}

function isOurEngine({ name, kind }: PlannedService): boolean {
  return name === "engine" && kind === "stand-in";
}

/** Where the engine is ours to find: who answers at its address decides what it is. */
async function observeEngine(
  standIn: PlannedService,
  config: Config,
  env: NodeJS.ProcessEnv,
  table: SocketTable,
): Promise<ServiceInspection> {
  const { state } = await lookAt(standIn, config, table);
  // A state without a probe says that nothing listens on this machine: the engine may be on another one.
  const answer = "probe" in state ? state.probe : await probe(standIn.spec, standIn.spec.ready);
  const { host } = addressOfUrl(config.engine.url);
  const means = { isHere: isLoopback(host), ollama: findProgram("ollama", env["PATH"]) };
  const plan = enginePlan(config.engine.api, state, answer, means);
  const service = planServices(config, plan).find(({ name }) => name === standIn.name) ?? standIn;
  if (service.isExternal) return { ...service, state, answer };
  // The look was at the stand-in's spec: whether Ollama runs as configured is asked by its own.
  return service.kind === "ollama" ? await lookAt(service, config, table) : { ...service, state };
}

/** What runs is what is meant, if it is ours; else what answers. */
function enginePlan(
  api: Config["engine"]["api"],
  state: ServiceState,
  answer: ProbeResult,
  means: EngineMeans,
): EnginePlan {
  const { ollama } = means;
  if (state.state === "running" && state.record.labels?.["kind"] !== "ollama") return { use: "stand-in" };
  if (state.state === "running" && ollama !== undefined) return { use: "ollama", program: ollama };
  const { status, body = "" } = answer;
  const found: EngineAnswer =
    status === undefined ? { kind: "nothing" } : readEngineAnswer(api, status, body);
  return planEngine(api, found, means);
}

async function lookAt(
  service: PlannedService,
  config: Config,
  table: SocketTable,
): Promise<ServiceInspection> {
  const state = await inspectService(service.spec, stateFolder(config.state.dir), table);
  if (!service.isExternal) return { ...service, state };
  const answer = "probe" in state ? state.probe : await probe(service.spec, service.spec.ready);
  return { ...service, state, answer };
}
