import type { GenerationRecord } from "../contract/engine-schemas.ts";
import type { EngineMessage } from "../contract/gateway-schemas.ts";
import { createSseDecoder } from "../contract/sse-decoder.ts";
import {
  type AnswerFacts,
  type AskedFacts,
  digestsOf,
  type Fields,
  jsonFieldsOf,
  parseObject,
} from "./engine-exchange.ts";

/** What of OpenAI's fields is an option of Ollama's, by its name there: records of both wires are looked at alike. */
const OPTIONS = {
  max_tokens: "num_predict",
  temperature: "temperature",
  top_p: "top_p",
  seed: "seed",
  stop: "stop",
  presence_penalty: "presence_penalty",
  frequency_penalty: "frequency_penalty",
} as const;

/** What a request to `/v1/chat/completions` asks for. */
export function openAiAsked(body: Fields): AskedFacts {
  const messages = (Array.isArray(body["messages"]) ? body["messages"] : []).map(toMessage);
  const given = Object.entries(OPTIONS).filter(([name]) => body[name] !== undefined);
  return {
    model: String(body["model"] ?? ""),
    messages,
    prompt: null,
    system: null,
    options: Object.fromEntries(given.map(([name, option]) => [option, body[name]])),
    think: thinkIn(body),
    images: digestsOf(messages.flatMap(({ images }) => images ?? [])),
  };
}

function thinkIn({ reasoning_effort: effort }: Fields): boolean | string | null {
  if (typeof effort !== "string") return null;
  return effort === "none" ? false : effort;
}

function toMessage(value: unknown): EngineMessage {
  const { role, content } = jsonFieldsOf(value);
  const parts = (Array.isArray(content) ? content : [{ type: "text", text: content }]).map(jsonFieldsOf);
  const text = parts.map((part) => (typeof part["text"] === "string" ? part["text"] : "")).join("");
  const images = parts.flatMap((part) => {
    const url = jsonFieldsOf(part["image_url"])["url"];
    return typeof url === "string" ? [url.replace(/^data:[^,]*,/, "")] : [];
  });
  // Whatever else a role may be, it is shown as it was sent.
  return { role: role as EngineMessage["role"], content: text, ...(images.length > 0 && { images }) };
}

/** What an answer of it, an event stream or one object, tells so far. */
export function openAiAnswered(text: string): AnswerFacts {
  const whole = parseObject(text);
  if (whole !== undefined) {
    const isReply = Array.isArray(whole["choices"]);
    const said = isReply ? contentOf(jsonFieldsOf(whole["choices"])["0"], "message") : "";
    return { tokens: isReply ? 1 : 0, text: said, isWhole: isReply, counted: countsIn(whole["usage"]) };
  }
  let [tokens, isDone, said] = [0, false, ""];
  let [reason, usage]: unknown[] = [];
  const decoder = createSseDecoder({
    onMessage({ data }) {
      isDone ||= data.trim() === "[DONE]";
      const chunk = parseObject(data) ?? {};
      const choice = jsonFieldsOf(Array.isArray(chunk["choices"]) ? chunk["choices"][0] : undefined);
      const content = contentOf(choice, "delta");
      if (content !== "") tokens += 1;
      said += content;
      reason = choice["finish_reason"] ?? reason;
      usage = chunk["usage"] ?? usage;
    },
  });
  decoder.push(Buffer.from(text));
  return { tokens, text: said, isWhole: isDone || typeof reason === "string", counted: countsIn(usage) };
}

function contentOf(choice: unknown, part: "delta" | "message"): string {
  const { content } = jsonFieldsOf(jsonFieldsOf(choice)[part]);
  return typeof content === "string" ? content : "";
}

function countsIn(usage: unknown): GenerationRecord["counted"] {
  const { prompt_tokens, completion_tokens } = jsonFieldsOf(usage);
  if (typeof prompt_tokens !== "number" || typeof completion_tokens !== "number") return null;
  return { prompt_tokens, completion_tokens };
}
