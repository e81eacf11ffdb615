import type { EngineMessage, EngineOptions, Think } from "../../contract/gateway-schemas.ts";
import type { EngineRequest } from "./engine-request.ts";

/** What of a request's `options` has a name in OpenAI's wire, where it means the same. */
const SAME_NAME: ReadonlySet<string> = new Set([
  "temperature",
  "top_p",
  "seed",
  "stop",
  "presence_penalty",
  "frequency_penalty",
]);

/** The body of `POST /v1/chat/completions`, but for {@link thinkFields}, and the names of the options that are not in it. */
export function openAiCall({ model, messages, options = {} }: EngineRequest): {
  body: object;
  leftOut: readonly string[];
} {
  const { known, leftOut } = mapOptions(options);
  const body = {
    model,
    messages: messages.map(toOpenAi),
    ...known,
    stream: true,
    // Without it nothing is counted.
    stream_options: { include_usage: true },
  };
  return { body, leftOut };
}

/**
 * How `think` is said. `reasoning_effort` is OpenAI's own, and Ollama, LM Studio and vLLM take it; llama.cpp, and vLLM
 * with most models, look at what their chat templates are given. Servers pass over what they do not know, but for
 * some that refuse it: see `saysThinkIsUnknown`.
 */
export function thinkFields(think: Think): { reasoning_effort?: string; chat_template_kwargs: object } {
  const enable_thinking = think !== false;
  if (think === true) return { reasoning_effort: "medium", chat_template_kwargs: { enable_thinking } };
  return { reasoning_effort: think === false ? "none" : think, chat_template_kwargs: { enable_thinking } };
}

/** Whether a refusal is about the {@link thinkFields} themselves. */
export function saysThinkIsUnknown(said: string): boolean {
  return /reasoning_effort|chat_template_kwargs|enable_thinking|reasoning value/i.test(said);
}

function mapOptions(options: EngineOptions): { known: EngineOptions; leftOut: string[] } {
  const known: EngineOptions = {};
  const leftOut: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (SAME_NAME.has(name)) known[name] = value;
    else if (name !== "num_predict") leftOut.push(name);
    // Ollama's -1 and less, and 0 too, are no limit: here that is not to name one.
    else if (typeof value !== "number" || value > 0) known["max_tokens"] = value;
  }
  return { known, leftOut };
}

function toOpenAi({ role, content, images = [] }: EngineMessage): object {
  if (images.length === 0) return { role, content };
  const pictures = images.map((data) => ({
    type: "image_url",
    image_url: { url: `data:${mediaTypeOf(data)};base64,${data}` },
  }));
  return { role, content: [{ type: "text", text: content }, ...pictures] };
}

/** By the first bytes, which say in base64 what it is as well. */
const BEGINNINGS = { "/9j/": "image/jpeg", R0lGOD: "image/gif", UklGR: "image/webp" } as const;

function mediaTypeOf(base64: string): string {
  const found = Object.entries(BEGINNINGS).find(([beginning]) => base64.startsWith(beginning));
  return found?.[1] ?? "image/png";
}
