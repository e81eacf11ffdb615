import { type EngineApi, STAND_IN_BUILD } from "../contract/contract-defaults.ts";
import { engineRoutes } from "../contract/routes.ts";

/** What answers at the engine's address. */
export type EngineAnswer =
  | { readonly kind: "ollama" | "stand-in"; readonly version: string }
  /** Any server with OpenAI's wire. */
  | { readonly kind: "openai" }
  /** Something answers, or listens, that is no engine. */
  | { readonly kind: "other" }
  | { readonly kind: "nothing" };

/** The call that tells by its answer which engine there is, and whether it is ready; by the wire it is asked by. */
export function identifyingPath(api: EngineApi): string {
  return (api === "openai" ? engineRoutes.openAiModels : engineRoutes.version).path();
}

/** Reads the answer to that call; a body that is none of an engine's is `other`. */
export function readEngineAnswer(api: EngineApi, status: number, body: string): EngineAnswer {
  const json = status === 200 ? parse(body) : undefined;
  if (typeof json !== "object" || json === null) return { kind: "other" };
  if (api === "openai") return { kind: "data" in json && Array.isArray(json.data) ? "openai" : "other" };
  if (!("version" in json) || typeof json.version !== "string") return { kind: "other" };
  const { version } = json;
  return { kind: version.endsWith(`+${STAND_IN_BUILD}`) ? "stand-in" : "ollama", version };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
