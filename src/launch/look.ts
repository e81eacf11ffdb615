import type { Config } from "../config/schema.ts";
import {
  inspectService,
  probe,
  type ServiceSpec,
  type ServiceState,
  stateFolder,
} from "../supervisor/index.ts";
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
  const [engine, gateway, hmi] = await Promise.all([
    lookAtEngine(config, env),
    lookAt(config, serviceSpec(config, "gateway")),
    lookAt(config, serviceSpec(config, "hmi")),
  ]);
  return { engine, gateway: { name: "gateway", ...gateway }, hmi: { name: "hmi", ...hmi } };
}

async function lookAtEngine(config: Config, env: NodeJS.ProcessEnv): Promise<StackSighting["engine"]> {
  // Where the engine is, is the same for all plans: both questions can be asked at once.
  const [answer, { state }] = await Promise.all([
    askEngine(config),
    lookAt(config, engineSpec(config, { use: "stand-in" })),
  ]);
  const plan = planEngine(answer, findProgram("ollama", env["PATH"]));
  return { name: "engine", plan, spec: engineSpec(config, plan), state };
}

async function lookAt(config: Config, spec: ServiceSpec): Promise<Omit<Sighting, "name">> {
  return { spec, state: await inspectService(spec, stateFolder(config.state.dir)) };
}

async function askEngine(config: Config): Promise<EngineAnswer> {
  const { address, ready } = engineSpec(config, { use: "stand-in" });
  const { status, body } = await probe(address, ready);
  return status === undefined ? { kind: "nothing" } : readEngineAnswer(status, body ?? "");
}
