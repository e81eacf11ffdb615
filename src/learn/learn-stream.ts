import type { StreamDescription } from "../contract/wire-description.ts";
import {
  CONTRACT_STREAM,
  OLLAMA_STREAM,
  OPENAI_CHAT_STREAM,
  OPENAI_RESPONSES_STREAM,
} from "../targets/drivers/known-streams.ts";
import { type ReplyFact, textOf } from "../targets/drivers/reply-facts.ts";
import { streamDecoderOf } from "../targets/drivers/stream-decoder.ts";
import { inferStream } from "./infer-stream.ts";
import type { LoggedExchange } from "./network-log.ts";
import { exchangeBytes, type LoggedStream, streamOf } from "./stream-events.ts";

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
];

/**
 * Reads an exchange as a reply's stream: as one that this house knows, else by what its events have in common.
 * `rows`: texts that a list showed later, of which the reply is one. Undefined where there is no reply in it.
 */
export function learnStream(exchange: LoggedExchange, rows: ReadonlySet<string>): LearnedStream | undefined {
  const logged = streamOf(exchange);
  if (logged === undefined || logged.events.length === 0) return undefined;
  for (const [knownAs, description] of KNOWN) {
    if (description.framing !== logged.framing) continue;
    const facts = factsBy(description, exchange);
    // Half understood is not understood: another wire may have a field in common.
    if (textIn(facts) !== "" && facts.some(({ kind }) => kind === "done")) {
      return { description, logged, text: textIn(facts), knownAs, unknown: [] };
    }
  }
  const inferred = inferStream(logged, rows);
  if (inferred === undefined) return undefined;
  const { description, unknown } = inferred;
  return { description, logged, text: textIn(factsBy(description, exchange)), knownAs: undefined, unknown };
}

/** What a description hears in the logged bytes. */
export function factsBy(description: StreamDescription, exchange: LoggedExchange): ReplyFact[] {
  const facts: ReplyFact[] = [];
  const reader = streamDecoderOf(description)((fact) => facts.push(fact));
  for (const bytes of exchangeBytes(exchange)) reader.push(bytes);
  reader.end();
  return facts;
}

function textIn(facts: readonly ReplyFact[]): string {
  return textOf({ facts: facts.map((fact) => ({ ...fact, at_ms: 0 })) });
}
