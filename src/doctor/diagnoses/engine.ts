import { shellWord } from "../../shell-word.ts";
import type { Diagnoses } from "../ladder.ts";
import { isDisplayName } from "../words.ts";
import { type Somebody, stopping } from "./process.ts";

/** What is wrong with the engine itself. */
export interface EngineSymptoms {
  no_engine: { url: string; status: number };
  model_missing: {
    model: string;
    /** The engine's models, by the names it knows them by. */
    installed: readonly string[];
    isStandIn: boolean;
    /** Other Ollamas on this machine. */
    rivals: readonly Somebody[];
  };
  engine_chat_failed: { model: string; status: number; said: string };
  engine_silent: { model: string; seconds: number };
}

export const engineDiagnoses: Diagnoses<EngineSymptoms> = {
  no_engine: ({ url, status }) => ({
    found: `what answers at ${url} is no engine: ${status} to GET /api/version`,
    cause: "Another program has the port, or engine.url names another service.",
    next: `curl -i ${url}/api/version`,
  }),
  model_missing: (seen) => ({
    found: `the configured model "${seen.model}" is not installed; it has ${seen.installed.join(", ") || "none"}`,
    ...whyMissing(seen),
  }),
  engine_chat_failed: ({ model, status, said }) => ({
    found: `a chat with ${model} failed: ${status} ${said}`,
    cause: status === 503 ? "Its queue is full: others wait there too." : CHAT_FAILED,
    next: `ollama run ${shellWord(model)} "Say OK"`,
  }),
  engine_silent: ({ model, seconds }) => ({
    found: `a chat with ${model} had no answer in ${seconds} s`,
    cause:
      "The model still loads, all slots are busy, or a request that was left wedged one (ollama/ollama#17131).",
    next: "ollama ps",
  }),
};

const CHAT_FAILED =
  "The model does not load, for lack of memory most often, or its runner died: the engine's log says which.";

function whyMissing({ model, installed, isStandIn, rivals }: EngineSymptoms["model_missing"]): {
  cause: string;
  next: string;
} {
  const [first] = installed;
  const useFirst = `STACK_CHAT_MODEL=${shellWord(first ?? "")} stack up`;
  if (isDisplayName(model)) {
    return {
      cause: "A display name was used where a model id belongs. The setting is chat.model.",
      next: first === undefined ? "ollama list" : useFirst,
    };
  }
  if (rivals.length > 0) {
    const others = rivals.map(({ words }) => words).join(" and ");
    return {
      cause: `Another Ollama runs here too: ${others}. Each has its own folder of models, and only one has the port.`,
      next: stopping(rivals),
    };
  }
  if (isStandIn && first !== undefined)
    return { cause: "The stand-in has a fixed list of models.", next: useFirst };
  return {
    cause: "It was never pulled, or into the models folder of another Ollama.",
    next: `ollama pull ${shellWord(model)}`,
  };
}
