import type { StreamDescription } from "../contract/wire-description.ts";
import { type ReplyFact, type TimedFact, textOf } from "../targets/drivers/reply-facts.ts";
import {
  AG_UI_STREAM,
  AI_SDK_DATA_STREAM,
  AI_SDK_UI_STREAM,
  ANTHROPIC_STREAM,
  CHAINLIT_STREAM,
  CONTRACT_STREAM,
  LANGCHAIN_EVENTS_STREAM,
  LANGGRAPH_STREAM,
  LANGSERVE_LOG_STREAM,
  OLLAMA_STREAM,
  OPENAI_CHAT_STREAM,
  OPENAI_RESPONSES_STREAM,
} from "../targets/drivers/shipped-stream-formats.ts";
import { streamDecoderOf } from "../targets/drivers/stream-decoder.ts";
import { modelOf, usageOf } from "./infer-beside-text.ts";
import { inferPolled } from "./infer-polled.ts";
import { inferStream, type TextsBeside } from "./infer-stream.ts";
import type { LoggedExchange } from "./network-log.ts";
import { exchangeBytes, type LoggedStream, streamOf } from "./stream-events.ts";
import { nameOf } from "./stream-field-paths.ts";

/** A reply's stream that was understood. */
export interface LearnedStream {
  readonly description: StreamDescription;
  readonly logged: LoggedStream;
  /** The reply as it was streamed. */
  readonly text: string;
  /** What is known by another name: `OpenAI's chat completions`; undefined for what was inferred. */
  readonly knownAs: string | undefined;
  /** What could not be found in it, in words. */
  readonly unknown: readonly string[];
}

const KNOWN: readonly (readonly [name: string, description: StreamDescription])[] = [
  ["our own events", CONTRACT_STREAM],
  ["OpenAI's chat completions", OPENAI_CHAT_STREAM],
  ["Open Responses", OPENAI_RESPONSES_STREAM],
  ["Ollama's lines", OLLAMA_STREAM],
  ["Anthropic's messages", ANTHROPIC_STREAM],
  ["the UI messages of Vercel's AI SDK", AI_SDK_UI_STREAM],
  ["the data stream of Vercel's AI SDK", AI_SDK_DATA_STREAM],
  ["LangChain's events", LANGCHAIN_EVENTS_STREAM],
  ["LangServe's log", LANGSERVE_LOG_STREAM],
  ["LangGraph's messages", LANGGRAPH_STREAM],
  ["AG-UI", AG_UI_STREAM],
  ["Chainlit's events", CHAINLIT_STREAM],
];

/**
 * Reads an exchange as a reply's stream: as one that this house knows, else by what its events have in common.
 * Undefined where there is no reply in it.
 */
export function learnStream(exchange: LoggedExchange, beside: TextsBeside): LearnedStream | undefined {
  const stream = streamOf(exchange);
  const own = stream?.events.filter(({ isEarly = false }) => !isEarly) ?? [];
  if (stream === undefined || own.length === 0) return undefined;
  const logged = { ...stream, events: own };
  for (const [knownAs, description] of KNOWN) {
    if (description.framing !== logged.framing) continue;
    const facts = timedFactsBy(description, exchange);
    // Half understood is not understood: another wire may have a field in common.
    const text = textOf({ facts });
    const isWhole = facts.some(({ kind }) => kind === (description.done === undefined ? "started" : "done"));
    if (text !== "" && isWhole) {
      return { description: withMore(description, logged), logged, text, knownAs, unknown: [] };
    }
  }
  const inferred =
    logged.framing === "polled" ? inferPolled(logged, exchange.polls) : inferStream(logged, beside);
  if (inferred === undefined) return undefined;
  const { description, unknown } = inferred;
  const text = textOf({ facts: timedFactsBy(description, exchange) });
  return { description, logged, text, knownAs: undefined, unknown };
}

/** A known stream with what this back end tells in it beside what all of its kind do, such as the AI SDK's metadata. */
function withMore(description: StreamDescription, { events }: LoggedStream): StreamDescription {
  const typed = events.map((event) => ({ ...event, type: nameOf(event, description.type) }));
  const model = description.model === undefined ? modelOf(typed, description.type) : undefined;
  const usage = description.usage === undefined ? usageOf(typed, description.type) : undefined;
  return { ...description, ...(model !== undefined && { model }), ...(usage !== undefined && { usage }) };
}

/** What a description hears in the logged bytes. */
export function factsBy(description: StreamDescription, exchange: LoggedExchange): ReplyFact[] {
  const facts: ReplyFact[] = [];
  const reader = streamDecoderOf(description)((fact) => facts.push(fact));
  for (const bytes of exchangeBytes(exchange)) reader.push(bytes);
  reader.end();
  return facts;
}

/** The same, with times that a log does not tell. */
export function timedFactsBy(description: StreamDescription, exchange: LoggedExchange): TimedFact[] {
  return factsBy(description, exchange).map((fact) => ({ ...fact, at_ms: 0 }));
}
