import type { EngineApi } from "../contract/contract-defaults.ts";
import { ENGINE_WIRES } from "../targets/engine-wires.ts";
import type { HttpClient } from "../targets/http-client.ts";
import { type HopQuestion, passByOneCall } from "./hop-question.ts";
import type { HopPass } from "./trace-report.ts";

/** The names of the engine's models; none where it tells none. Throws where it does not answer. */
export async function listEngineModels(
  engine: HttpClient,
  api: EngineApi,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { listPath, namesIn } = ENGINE_WIRES[api];
  return namesIn((await engine.call("GET", listPath, { signal })).body) ?? [];
}

/** Asks the engine itself, by the wire that the gateway asks it by. Throws only the signal's reason. */
export async function askEngineHop(
  engine: HttpClient,
  api: EngineApi,
  question: HopQuestion,
  signal: AbortSignal,
): Promise<HopPass> {
  const { message, model, options } = question;
  const { path, body } = ENGINE_WIRES[api].streamed({ model: model ?? "", message, options });
  const stream = (soon: AbortSignal) => engine.stream("POST", path, { body, signal: soon });
  return await passByOneCall(`POST ${path}`, stream, question, signal);
}
