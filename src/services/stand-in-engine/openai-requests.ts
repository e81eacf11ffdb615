import type { IncomingMessage } from "node:http";
import * as z from "zod";
import { EngineError } from "./engine-errors.ts";
import { decodeGoBase64 } from "./go/go-base64.ts";
import { goBool, goInt, goSlice, goString, goStruct } from "./go/go-bind.ts";
import { EFFORTS, type OllamaChatRequest, type OllamaThink, readOptionalBody } from "./ollama-requests.ts";

const goFloat = z.number({ error: "float64" }).nullish();

const Message = goStruct("openai.Message", {
  role: goString,
  content: z.unknown().optional(),
  tool_calls: goSlice(z.unknown(), "[]openai.ToolCall"),
});
type Message = z.infer<typeof Message>;

/** The body of `POST /v1/chat/completions`, as far as the stand-in looks at it (openai/openai.go). */
const CompletionsRequest = goStruct("openai.ChatCompletionRequest", {
  model: goString,
  messages: goSlice(Message, "[]openai.Message"),
  stream: goBool,
  stream_options: goStruct("openai.StreamOptions", { include_usage: goBool }).optional(),
  max_tokens: goInt,
  seed: goInt,
  stop: z.unknown().optional(),
  temperature: goFloat,
  frequency_penalty: goFloat,
  presence_penalty: goFloat,
  top_p: goFloat,
  tools: goSlice(z.unknown(), "[]api.Tool"),
  reasoning: goStruct("openai.Reasoning", { effort: goString }).optional(),
  reasoning_effort: goString,
  top_logprobs: goInt,
});
type CompletionsRequest = z.infer<typeof CompletionsRequest>;

/** A chat that was asked for on OpenAI's wire. */
export interface OpenAiChat {
  readonly chat: OllamaChatRequest;
  /** Whether the stream ends with the usage. */
  readonly includeUsage: boolean;
}

/** Reads a request's whole body. Throws EngineError 400 with Ollama's text where it is not such a request. */
export async function readOpenAiChat(request: IncomingMessage): Promise<OpenAiChat> {
  const body = await readOptionalBody(request, CompletionsRequest, "openai.ChatCompletionRequest");
  if (body === undefined) throw new EngineError(400, "EOF");
  if (body.messages.length === 0) throw new EngineError(400, "[] is too short - 'messages'");
  return { chat: toChatRequest(body), includeUsage: body.stream_options?.include_usage ?? false };
}

/** As FromChatRequest of openai/openai.go: what Ollama's own chat is asked. */
function toChatRequest(body: CompletionsRequest): OllamaChatRequest {
  return {
    model: body.model,
    messages: body.messages.flatMap(toMessages),
    stream: body.stream ?? false,
    options: optionsOf(body),
    think: thinkOf(body),
    tools: body.tools,
    top_logprobs: body.top_logprobs,
    keep_alive: undefined,
    truncate: undefined,
    shift: undefined,
    logprobs: undefined,
  };
}

function optionsOf(body: CompletionsRequest): Record<string, unknown> {
  const { stop, max_tokens, seed, frequency_penalty, presence_penalty } = body;
  const given = {
    stop: typeof stop === "string" ? [stop] : Array.isArray(stop) ? stop.filter(isText) : undefined,
    num_predict: max_tokens,
    temperature: body.temperature ?? 1,
    seed,
    frequency_penalty,
    presence_penalty,
    top_p: body.top_p ?? 1,
  };
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== null),
  );
}

function thinkOf({ reasoning, reasoning_effort }: CompletionsRequest): OllamaThink | undefined {
  const effort = reasoning === undefined ? reasoning_effort : reasoning.effort;
  if (effort === "") return undefined;
  if (effort === "none") return false;
  const known = EFFORTS.find((each) => each === effort);
  if (known !== undefined) return known;
  const names = `"high", "medium", "low", "max", or "none"`;
  throw new EngineError(400, `invalid reasoning value: '${effort}' (must be ${names})`);
}

/** Each part of a message becomes a message of its own. */
function toMessages({ role: given, content, tool_calls }: Message): OllamaChatRequest["messages"] {
  const role = given.toLowerCase();
  if (typeof content === "string") return [{ role, content: content.toWellFormed(), images: [] }];
  if (Array.isArray(content)) {
    return content.map((part) => ({ role, content: "", images: [], ...partOf(part) }));
  }
  if (tool_calls.length > 0) return [{ role, content: "", images: [] }];
  throw new EngineError(400, `invalid message content type: ${goTypeOf(content)}`);
}

function partOf(part: unknown): { content: string } | { images: Buffer[] } {
  const { type, text, image_url: image } = Object(part) as Record<string, unknown>;
  if (type === "text" && isText(text)) return { content: text.toWellFormed() };
  if (type === "image_url") {
    const url = isText(image) ? image : (Object(image) as Record<string, unknown>)["url"];
    if (isText(url)) return { images: [decodeImageUrl(url)] };
  }
  throw new EngineError(400, "invalid message format");
}

function decodeImageUrl(url: string): Buffer {
  if (/^https?:\/\//.test(url)) {
    const text = "image URLs are not currently supported, please use base64 encoded data instead";
    throw new EngineError(400, text);
  }
  const data = /^data:(?:image\/(?:jpeg|jpg|png|webp))?;base64,(.*)$/s.exec(url)?.[1];
  try {
    if (data !== undefined) return decodeGoBase64(data);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new EngineError(400, "invalid image input");
}

/** How Go prints the type of a decoded value (`%T`). */
function goTypeOf(value: unknown): string {
  if (value === undefined || value === null) return "<nil>";
  if (typeof value === "number") return "float64";
  return typeof value === "boolean" ? "bool" : "map[string]interface {}";
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
