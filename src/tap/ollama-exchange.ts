import type { GenerationRecord } from "../contract/engine-schemas.ts";
import {
  type AnswerFacts,
  type AskedFacts,
  digestsOf,
  type Fields,
  jsonFieldsOf,
  parseObject,
} from "./engine-exchange.ts";

/** What a request to `/api/chat` or `/api/generate` asks for. */
export function ollamaAsked(body: Fields, endpoint: "chat" | "generate"): AskedFacts {
  const { model, messages, prompt, system, options, think, images } = body;
  const history = (Array.isArray(messages) ? messages : []) as NonNullable<GenerationRecord["messages"]>;
  const pictures = endpoint === "chat" ? history.flatMap((message) => message.images ?? []) : images;
  return {
    model: String(model ?? ""),
    messages: endpoint === "chat" ? history : null,
    prompt: endpoint === "generate" ? String(prompt ?? "") : null,
    system: typeof system === "string" ? system : null,
    options: jsonFieldsOf(options),
    think: typeof think === "boolean" || typeof think === "string" ? think : null,
    images: digestsOf(pictures),
  };
}

/** What an answer of theirs, NDJSON or one object, tells so far. */
export function ollamaAnswered(text: string): AnswerFacts {
  const lines = text.split("\n").map(parseObject);
  const final = lines.find((line) => line?.["done"] === true);
  const words = lines.map(wordsOf);
  return {
    tokens: words.filter((word) => word !== "").length,
    text: words.join(""),
    isWhole: final !== undefined,
    counted: countsIn(final),
  };
}

/** Ollama leaves out counts that are zero. */
function countsIn(final: Fields | undefined): GenerationRecord["counted"] {
  if (final === undefined) return null;
  const { prompt_eval_count, eval_count } = final;
  return { prompt_tokens: Number(prompt_eval_count ?? 0), completion_tokens: Number(eval_count ?? 0) };
}

function wordsOf(line: Fields | undefined): string {
  const { message, response } = line ?? {};
  const content = message === undefined ? response : jsonFieldsOf(message)["content"];
  return typeof content === "string" ? content : "";
}
