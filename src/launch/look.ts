import type { Config } from "../config/schema.ts";
// By file and not by the index, which brings what starts and stops services: looking must be quick.
import { inspectService, type ServiceState } from "../supervisor/inspect.ts";
import { type SocketTable, socketTable } from "../supervisor/os/ports.ts";
import { probe } from "../supervisor/probe.ts";
import { stateFolder } from "../supervisor/state.ts";
import type { ServiceSpec } from "../supervisor/types.ts";
import { type EngineAnswer, type EnginePlan, findProgram, planEngine, readEngineAnswer } from "./engine.ts";
import { engineSpec, type ServiceName, serviceSpec } from "./specs.ts";

/** One service as it was found. */
export interface Sighting {
  readonly name: ServiceName;
  readonly spec: ServiceSpec;
  readonly state: ServiceState;
}

/** The three services as they were found, and where the answers come from. */
export interface StackSighting {
  readonly engine: Sighting & { readonly plan: EnginePlan };
  readonly gateway: Sighting;
  readonly hmi: Sighting;
}

/** Looks at all three services; changes nothing. */
export async function lookAtStack(config: Config, env: NodeJS.ProcessEnv): Promise<StackSighting> {
  const table = socketTable();
  const [engine, gateway, hmi] = await Promise.all([
    lookAtEngine(config, env, table),
    lookAt(config, serviceSpec(config, "gateway"), table),
    lookAt(config, serviceSpec(config, "hmi"), table),
  ]);
  return { engine, gateway: { name: "gateway", ...gateway }, hmi: { name: "hmi", ...hmi } };
}

async function lookAtEngine(
  config: Config,
  env: NodeJS.ProcessEnv,
  table: SocketTable,
): Promise<StackSighting["engine"]> {
  // Where the engine is, and what it must answer, is the same for all plans.
  const { spec, state } = await lookAt(config, engineSpec(config, { use: "stand-in" }), table);
  // A state without a probe says that nothing listens on this machine: the engine may be on another one.
  const { status, body = "" } = "probe" in state ? state.probe : await probe(spec.address, spec.ready);
  const answer: EngineAnswer = status === undefined ? { kind: "nothing" } : readEngineAnswer(status, body);
  const plan = planEngine(answer, findProgram("ollama", env["PATH"]));
  return { name: "engine", plan, spec: engineSpec(config, plan), state };
}

async function lookAt(
  config: Config,
  spec: ServiceSpec,
  table: SocketTable,
): Promise<Omit<Sighting, "name">> {
  return { spec, state: await inspectService(spec, stateFolder(config.state.dir), table) };
}
