import type { StandInOptions } from "./start-stand-in.ts";

/**
 * What the variables of `ollama serve` set, of those that the stand-in knows: `OLLAMA_NUM_PARALLEL`, `OLLAMA_MAX_QUEUE`
 * and `OLLAMA_CONTEXT_LENGTH`. As Ollama, it passes over what is no whole number; 0 leaves the default.
 */
export function engineOptionsIn(
  env: NodeJS.ProcessEnv,
): Pick<StandInOptions, "parallel" | "maxQueue" | "contextLength"> {
  const parallel = wholeNumber(env["OLLAMA_NUM_PARALLEL"]);
  const maxQueue = wholeNumber(env["OLLAMA_MAX_QUEUE"]);
  const contextLength = wholeNumber(env["OLLAMA_CONTEXT_LENGTH"]);
  return {
    ...(parallel !== undefined && { parallel }),
    ...(maxQueue !== undefined && { maxQueue }),
    ...(contextLength !== undefined && { contextLength }),
  };
}

function wholeNumber(text = ""): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
