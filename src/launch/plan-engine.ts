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

/** Where the answers will come from. */
export type EnginePlan =
  /** Somebody else's, used as it is and never stopped by us. */
  | { readonly use: "external"; readonly kind: "ollama" | "stand-in" | "openai" }
  /** `ollama serve`, started by us. */
  | { readonly use: "ollama"; readonly program: string }
  /** Our stand-in with scripted answers. */
  | { readonly use: "stand-in" };

/** What this machine can do where no engine answers. */
export interface EngineMeans {
  /** Whether `engine.url` is an address of this machine. */
  readonly isHere: boolean;
  /** The program `ollama`, where there is one. */
  readonly ollama: string | undefined;
}

/**
 * A running Ollama is used; else `ollama serve` is started where there is one; else the stand-in. A server of
 * OpenAI's wire is the user's own, with models and flags that only the user knows: one that answers, or is somewhere
 * else, or says that it is not ready, is waited for; where nothing is, the stand-in speaks its wire, and no Ollama takes
 * its port.
 */
export function planEngine(
  api: EngineApi,
  answer: EngineAnswer,
  { isHere, ollama }: EngineMeans,
): EnginePlan {
  if (api === "openai") {
    const isMissing = isHere && answer.kind === "nothing";
    return isMissing ? { use: "stand-in" } : { use: "external", kind: "openai" };
  }
  if (answer.kind !== "other" && answer.kind !== "nothing") {
    return { use: "external", kind: answer.kind };
  }
  return ollama === undefined ? { use: "stand-in" } : { use: "ollama", program: ollama };
}

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
