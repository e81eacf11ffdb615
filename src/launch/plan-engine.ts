import type { EngineApi } from "../contract/contract-defaults.ts";
import type { EngineAnswer } from "./identify-engine.ts";

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
