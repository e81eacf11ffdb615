import { setTimeout as delay } from "node:timers/promises";
import type { WireDescription } from "../../contract/wire-description.ts";
import type { HeardStream, OpenStream, SeenCall, SeenChunk } from "../http-client.ts";
import { recordFacts, type TimedFact } from "./reply-facts.ts";
import type { StreamDecoderMaker } from "./stream-framings.ts";

interface PollOptions {
  /** Asks once. */
  readonly ask: () => Promise<SeenCall>;
  /** From an answer to the next question, in milliseconds. */
  readonly every_ms: number;
  /** Reads each answer as one event. */
  readonly makeDecoder: StreamDecoderMaker;
  readonly signal: AbortSignal;
  readonly onFact?: ((fact: TimedFact) => void) | undefined;
}

/** How often a reply is asked for where nothing says so, in milliseconds. */
const POLL_MS = 500;

/** How often a reply of this wire is asked for, in milliseconds; undefined where replies are streamed. */
export function pollsEveryMs({ stream, read }: WireDescription): number | undefined {
  return stream.framing === "polled" ? (read?.every_ms ?? POLL_MS) : undefined;
}

/**
 * Asks for a reply again and again, until an answer tells its end or that it failed, or is refused, and gives all answers as one stream. Rejects
 * where the first one is none.
 */
export async function openPolledStream({ ask, ...options }: PollOptions): Promise<OpenStream> {
  const start = performance.now();
  const since = (): number => Math.round((performance.now() - start) * 100) / 100;
  const first = await ask();
  const { request, sent_at, status, headers } = first;
  const head = { request, sent_at, status, headers, duration_ms: since() };
  const ended = readAnswers(first, { ask, ...options }, since);
  return {
    head,
    ended: ended.then((seen) => ({ kind: "stream", ...head, ...seen, duration_ms: since() })),
  };
}

async function readAnswers(
  first: SeenCall,
  { ask, every_ms, makeDecoder, signal, onFact }: PollOptions,
  since: () => number,
): Promise<HeardStream> {
  const chunks: SeenChunk[] = [];
  const { facts, take } = recordFacts(since, onFact);
  let isOver = false;
  const decoder = makeDecoder((told) => {
    const { kind } = take(told);
    // Of what has failed nothing more is told: whoever polls on has the same answer for ever.
    isOver ||= kind === "done" || kind === "failure";
  });
  let end: HeardStream["end"] = "closed";
  let answer = first;
  try {
    for (;;) {
      const bytes = Buffer.from(JSON.stringify(answer.body));
      chunks.push({ at_ms: since(), latin1: bytes.toString("latin1") });
      if (answer.status < 300) decoder.push(bytes);
      else end = "cut";
      if (isOver || answer.status >= 300) break;
      await delay(every_ms, undefined, { signal });
      answer = await ask();
    }
  } catch {
    end = signal.aborted ? "given-up" : "cut";
  }
  const content_type = first.headers["content-type"] ?? "";
  return { content_type, chunks, events: [], facts, comments_ms: [], body: answer.body, end };
}
