/**
 * What two engines' answers must have in common. Everything counts, to the byte and in its order, but for what this file
 * names: what a model says, what a machine measures, and what a clock shows.
 */
import type { RecordedAnswer } from "./recorded-answer.ts";

/** An answer with all that may differ replaced by what kind of thing it is. */
export interface AnswerShape {
  readonly status: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** The body; of a stream its pieces, those of one kind after each other as one. */
  readonly body: readonly string[];
}

/** Headers that are the server's own business. */
const OWN_HEADERS = new Set(["date", "server"]);

/** Above this Go's server no longer knows an answer's length when it begins to send it. */
const MOST_WITH_LENGTH = 2048;

export function shapeOf(answer: RecordedAnswer, isHead: boolean): AnswerShape {
  const type = answer.headers["content-type"]?.[0] ?? "";
  return {
    status: `${answer.status} ${answer.reason}`,
    headers: headersOf(answer, isHead),
    body: merged(partsOf(answer.body, type)),
  };
}

function headersOf(answer: RecordedAnswer, isHead: boolean): AnswerShape["headers"] {
  const { "content-length": length, "transfer-encoding": coding, ...rest } = answer.headers;
  const named = Object.entries(rest).filter(([name]) => !OWN_HEADERS.has(name));
  const bytes = Buffer.byteLength(answer.body);
  if (length !== undefined && !isHead && Number(length[0]) !== bytes) {
    throw new Error(`content-length is ${length[0]}, the body has ${bytes} bytes`);
  }
  // How long a list is differs, and with it whether its length is told: only the rule is the same.
  const isByLength = isHead || (length !== undefined) === bytes <= MOST_WITH_LENGTH;
  const framing = isByLength ? "by length" : coding === undefined ? "with a length" : "chunked";
  return { ...Object.fromEntries(named), framing: [framing] };
}

/** The events of SSE, the lines of NDJSON, or the whole; each with its own line breaks. */
function partsOf(body: string, type: string): string[] {
  if (type === "text/event-stream") return body.split(/(?<=\n\n)/).map(eventShape);
  if (type === "application/x-ndjson") return body.split(/(?<=\n)/).map(jsonShape);
  return body === "" ? [] : [type.startsWith("application/json") ? jsonShape(body) : body];
}

function eventShape(event: string): string {
  const [, data = "", end = ""] = /^data: (.*?)(\n*)$/s.exec(event) ?? [];
  return `data: ${data === "[DONE]" ? data : jsonShape(data)}${end}`;
}

function jsonShape(text: string): string {
  const [, json = "", end = ""] = /^(.*?)(\n*)$/s.exec(text) ?? [];
  // Written again as it was read: but for escapes, the same letters.
  return JSON.stringify(JSON.parse(json, valueShape)) + end;
}

/** What a value is, where it may differ: by its key, as in Ollama's own types (api/types.go, openai/openai.go). */
const MAY_DIFFER: Readonly<Record<string, (value: unknown) => unknown>> = {
  version: () => "a version",
  // What a clock shows, and what a machine measures.
  created_at: time,
  modified_at: time,
  expires_at: time,
  created: integer,
  total_duration: integer,
  load_duration: integer,
  prompt_eval_duration: integer,
  eval_duration: integer,
  prompt_eval_count: integer,
  eval_count: integer,
  prompt_tokens: integer,
  completion_tokens: integer,
  total_tokens: integer,
  context: (value) => (Array.isArray(value) && value.every(Number.isInteger) ? "tokens" : value),
  // What a model says, and which.
  content: text,
  response: text,
  thinking: text,
  reasoning: text,
  model: text,
  name: text,
  id: (value) => (/^chatcmpl-\d{1,3}$/.test(String(value)) ? "chatcmpl-n" : text(value)),
  // What a model is.
  digest: (value) => (/^[0-9a-f]{64}$/.test(String(value)) ? "a digest" : value),
  size: integer,
  family: text,
  families: (value) => (Array.isArray(value) ? value.map(text) : value),
  parent_model: (value) => (typeof value === "string" ? "a path, or none" : value),
  parameter_size: text,
  quantization_level: text,
  modelfile: text,
  parameters: text,
  template: text,
  license: text,
  model_info: (value) => (typeof value === "object" ? "figures of a file" : value),
  capabilities: (value) => (Array.isArray(value) && value.length > 0 ? "what it can do" : value),
  context_length: integer,
  embedding_length: integer,
};

function valueShape(this: unknown, key: string, value: unknown): unknown {
  if (key === "models" || key === "data") return onlyOne(value);
  return Object.hasOwn(MAY_DIFFER, key) ? MAY_DIFFER[key]?.(value) : value;
}

/** How many models there are differs; what each is told as does not. */
function onlyOne(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return [...new Set(value.map((item) => JSON.stringify(item)))].map((item) => JSON.parse(item));
}

function time(value: unknown): unknown {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(String(value))
    ? "a time"
    : value;
}

function integer(value: unknown): unknown {
  return Number.isInteger(value) ? "an integer" : value;
}

/** Whether there is any counts, what it is does not. */
function text(value: unknown): unknown {
  return typeof value === "string" && value !== "" ? "a text" : value;
}

/** How many pieces a text comes in differs. */
function merged(parts: readonly string[]): string[] {
  return parts.filter((part, index) => part !== parts[index - 1]);
}
