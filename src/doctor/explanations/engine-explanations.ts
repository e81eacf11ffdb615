import { DEFAULTS } from "../../contract/contract-defaults.ts";
import { engineRoutes } from "../../contract/routes.ts";
import { shellWord } from "../../text/shell-word.ts";
import type { Explanations } from "../climb-ladder.ts";
import type { EngineKind } from "../doctor-context.ts";
import { type OtherProcess, stopping } from "../explanations/process-explanations.ts";
import { isDisplayName } from "../text-helpers.ts";

/** What is wrong with the engine itself. */
export interface EngineSymptoms {
  no_engine: {
    url: string;
    /** What it was asked for. */
    path: string;
    status: number;
    /** The wire that it speaks instead of the configured one; undefined where it speaks none. */
    speaks: "chat" | "openai" | undefined;
  };
  engine_key_refused: { url: string; status: number; hasKey: boolean };
  models_unreadable: { path: string; said: string };
  /** It has no model at all. */
  model_missing: {
    /** The configured one. */
    model: string;
    kind: EngineKind;
    /** Other Ollamas on this machine. */
    rivals: readonly OtherProcess[];
  };
  engine_chat_failed: { model: string; kind: EngineKind; url: string; status: number; said: string };
  engine_silent: { model: string; kind: EngineKind; url: string; seconds: number };
}

export const engineExplanations: Explanations<EngineSymptoms> = {
  no_engine: ({ url, path, status, speaks }) => ({
    found: `what answers at ${url} is no engine of the configured kind: ${status} to GET ${path}`,
    cause:
      speaks === undefined
        ? "Another program has the port, or engine.url names another service."
        : `It speaks ${speaks === "openai" ? "OpenAI's" : "Ollama's"} wire: engine.api has to be ${speaks}.`,
    next: speaks === undefined ? `curl -i ${url}${path}` : `STACK_ENGINE_API=${speaks} stack up`,
  }),
  engine_key_refused: ({ url, status, hasKey }) => ({
    found: `${hasKey ? "refuses our key" : "asks for a key"}: ${status} at ${url}`,
    cause: hasKey
      ? "engine.api_key is not the key that the engine was started with."
      : "The engine was started with a key, and none is configured here (engine.api_key).",
    next: "STACK_ENGINE_API_KEY=... stack doctor",
  }),
  models_unreadable: ({ path, said }) => ({
    found: `its list of models cannot be read: GET ${path} answered ${said}`,
    cause: "It is another kind of server than the configured one (engine.api), or a proxy answers for it.",
    next: "stack config",
  }),
  model_missing: (seen) => ({ found: "it has no model at all", ...whyMissing(seen) }),
  engine_chat_failed: ({ model, kind, url, status, said }) => ({
    found: `a chat with ${model} failed: ${status} ${said}`,
    cause: status === 503 ? "Its queue is full, or it still loads." : CHAT_FAILED,
    next: kind === "ollama" ? `ollama run ${shellWord(model)} "Say OK"` : `curl -i ${url}${LIST[kind]}`,
  }),
  engine_silent: ({ model, kind, url, seconds }) => ({
    found: `a chat with ${model} had no answer in ${seconds} s`,
    cause: `The model still loads, all slots are busy, or a request that was left wedged one${kind === "ollama" ? " (ollama/ollama#17131)" : ""}.`,
    next: kind === "ollama" ? "ollama ps" : `curl -i ${url}${LIST[kind]}`,
  }),
};

/** What tells of an engine's models where there is no program for it. */
const LIST = { "stand-in": engineRoutes.ps.path(), openai: engineRoutes.openAiModels.path() } as const;

const CHAT_FAILED =
  "The model does not load, for lack of memory most often, or its runner died: the engine's log says which.";

function whyMissing({ model, kind, rivals }: EngineSymptoms["model_missing"]): {
  cause: string;
  next: string;
} {
  if (kind !== "ollama") {
    return { cause: "The server was started without a model.", next: "stack logs engine" };
  }
  if (rivals.length > 0) {
    const others = rivals.map(({ words }) => words).join(" and ");
    return {
      cause: `Another Ollama runs here too: ${others}. Each has its own folder of models, and only one has the port.`,
      next: stopping(rivals),
    };
  }
  return {
    cause: "None was ever pulled, or into the models folder of another Ollama.",
    // A display name is nothing that could be pulled.
    next: `ollama pull ${isDisplayName(model) ? DEFAULTS.model : shellWord(model)}`,
  };
}
