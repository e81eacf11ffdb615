import { createNdjsonDecoder } from "../contract/ndjson.ts";
import { createSseDecoder, isEventStreamType } from "../contract/sse-decoder.ts";
import type { SeenChunk } from "../target/http.ts";
import { renameFields } from "../target/rename.ts";
import type { EngineTimings } from "./trace-report.ts";

/** One thing that a reply's stream says, whatever its wire. */
export type ReplyFact =
  | { readonly kind: "model"; readonly name: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "thought"; readonly text: string }
  | { readonly kind: "usage"; readonly prompt: number | null; readonly completion: number | null }
  | { readonly kind: "timings"; readonly timings: EngineTimings }
  | { readonly kind: "failure"; readonly code: string | null; readonly message: string }
  | { readonly kind: "done"; readonly reason: string | null };

/** A fact, with when its last byte arrived after the request was sent. */
export type TimedFact = ReplyFact & { readonly at_ms: number };

/**
 * Reads a reply of any wire that this house knows: our own events and those of the seeds, Ollama's lines, OpenAI's
 * chunks, framed as an event stream or a value a line. What is none of them is passed over: it may mean something to
 * somebody else.
 *
 * @param names fields of events by the backend's names, with the contract's
 */
export function readReplyFacts(
  chunks: readonly SeenChunk[],
  contentType: string,
  names: Readonly<Record<string, string>> = {},
): TimedFact[] {
  const facts: TimedFact[] = [];
  let at_ms = 0;
  const take = (value: unknown): void => {
    for (const fact of factsIn(renameFields(value, names))) facts.push({ ...fact, at_ms });
  };
  const decoder = isEventStreamType(contentType) ? eventDecoder(take) : lineDecoder(take);
  for (const { at_ms: at, latin1 } of chunks) {
    at_ms = at;
    decoder.push(Buffer.from(latin1, "latin1"));
  }
  decoder.end();
  return facts;
}

interface ValueDecoder {
  push(bytes: Uint8Array): void;
  end(): void;
}

function eventDecoder(take: (value: unknown) => void): ValueDecoder {
  const { push } = createSseDecoder({
    onMessage: ({ data }) => take(data.trim() === "[DONE]" ? DONE_MARK : parseJson(data)),
  });
  return { push, end: () => undefined };
}

/** Lines that are no JSON mean nothing here; a page of HTML is made of them. */
function lineDecoder(take: (value: unknown) => void): ValueDecoder {
  const lines = createNdjsonDecoder(take);
  let isReadable = true;
  const tolerant = (read: () => void): void => {
    if (!isReadable) return;
    try {
      read();
    } catch {
      isReadable = false;
    }
  };
  return { push: (bytes) => tolerant(() => lines.push(bytes)), end: () => tolerant(() => lines.end()) };
}

/** What OpenAI's wire says last. */
const DONE_MARK: unique symbol = Symbol("[DONE]");

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function factsIn(value: unknown): ReplyFact[] {
  if (value === DONE_MARK) return [{ kind: "done", reason: null }];
  const fields = fieldsOf(value);
  if (typeof fields["type"] === "string") return factsInEvent(fields);
  if (Array.isArray(fields["choices"])) return factsInOpenAiChunk(fields, fields["choices"]);
  return factsInOllamaLine(fields);
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function factsInEvent(event: Fields): ReplyFact[] {
  switch (event["type"]) {
    case "started":
      return named(event["model"]);
    case "status_update":
      // Others write a sentence there.
      if (event["status"] === "executing")
        return /\s/.test(String(event["detail"])) ? [] : named(event["detail"]);
      return event["status"] === "error" ? [failure(null, event["detail"])] : [];
    case "token":
      return said("text", event["content"]);
    case "thinking":
      return said("thought", event["content"]);
    case "usage":
      return [...named(event["model"]), ...counted(event["usage"]), ...timed(event["timings"])];
    case "error":
      return [failure(textIn(event["code"]), event["message"])];
    case "done":
      return [{ kind: "done", reason: textIn(event["finish_reason"]) }];
    default:
      return [];
  }
}

function factsInOpenAiChunk(chunk: Fields, choices: readonly unknown[]): ReplyFact[] {
  const choice = fieldsOf(choices[0]);
  const delta = fieldsOf(choice["delta"] ?? choice["message"]);
  const reason = textIn(choice["finish_reason"]);
  return [
    ...named(chunk["model"]),
    ...said("thought", delta["reasoning_content"] ?? delta["reasoning"]),
    ...said("text", delta["content"]),
    ...counted(chunk["usage"]),
    ...failed(chunk["error"]),
    ...(reason === null ? [] : [{ kind: "done", reason } as const]),
  ];
}

function factsInOllamaLine(line: Fields): ReplyFact[] {
  const message = fieldsOf(line["message"]);
  const facts: ReplyFact[] = [
    ...named(line["model"]),
    ...said("thought", message["thinking"] ?? line["thinking"]),
    ...said("text", message["content"] ?? line["response"]),
    ...failed(line["error"]),
  ];
  if (line["done"] !== true) return facts;
  const { prompt_eval_count, eval_count } = line;
  return [
    ...facts,
    ...counted({ prompt_tokens: prompt_eval_count, completion_tokens: eval_count }),
    ...ollamaTimings(line),
    { kind: "done", reason: textIn(line["done_reason"]) },
  ];
}

const NS_PER_MS = 1e6;

function ollamaTimings(line: Fields): ReplyFact[] {
  const ms = (name: string): number | null => {
    const ns = numberIn(line[name]);
    return ns === null ? null : ns / NS_PER_MS;
  };
  const total = ms("total_duration");
  if (total === null) return [];
  const [load_ms, prompt_ms, reply_ms] = [
    ms("load_duration") ?? 0,
    ms("prompt_eval_duration") ?? 0,
    ms("eval_duration") ?? 0,
  ];
  // Its clock starts when it has taken the request: what is in none of its parts is waiting.
  const queue_ms = Math.max(total - load_ms - prompt_ms - reply_ms, 0);
  return [{ kind: "timings", timings: { queue_ms, load_ms, prompt_ms, reply_ms } }];
}

function timed(timings: unknown): ReplyFact[] {
  if (typeof timings !== "object" || timings === null) return [];
  const fields = fieldsOf(timings);
  const [queue_ms, load_ms, prompt_ms, reply_ms] = ["queue_ms", "load_ms", "prompt_ms", "reply_ms"].map(
    (name) => numberIn(fields[name]),
  );
  const known = {
    queue_ms: queue_ms ?? null,
    load_ms: load_ms ?? null,
    prompt_ms: prompt_ms ?? null,
    reply_ms: reply_ms ?? null,
  };
  return [{ kind: "timings", timings: known }];
}

function named(name: unknown): ReplyFact[] {
  return typeof name === "string" && name !== "" ? [{ kind: "model", name }] : [];
}

function said(kind: "text" | "thought", text: unknown): ReplyFact[] {
  if (typeof text !== "string" || text === "") return [];
  return kind === "text" ? [{ kind, text }] : [{ kind, text }];
}

function counted(usage: unknown): ReplyFact[] {
  const fields = fieldsOf(usage);
  const prompt = numberIn(fields["prompt_tokens"]);
  const completion = numberIn(fields["completion_tokens"]);
  return prompt === null && completion === null ? [] : [{ kind: "usage", prompt, completion }];
}

/** An `error` of Ollama's is a text, of OpenAI's an object. */
function failed(error: unknown): ReplyFact[] {
  if (error === undefined || error === null) return [];
  const { code, message } = fieldsOf(error);
  return [failure(textIn(code), message ?? error)];
}

function failure(code: string | null, message: unknown): ReplyFact {
  const words = typeof message === "string" ? message : (JSON.stringify(message) ?? "nobody said why");
  return { kind: "failure", code, message: words };
}

function textIn(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberIn(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
