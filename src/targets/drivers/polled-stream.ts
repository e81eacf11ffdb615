import { setTimeout as delay } from "node:timers/promises";
import type { WireDescription } from "../../contract/wire-description.ts";
import { NotObservable } from "../../harness/target-errors.ts";
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
  /** Whether answers say by their JSON when a reply is whole; else their status does. */
  readonly tellsEnd: boolean;
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
 * where the first one is none. Where no answer can tell the end, an answer is the last one that is neither 202 nor 204, and says the same when it
 * is asked for once more.
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
  { ask, every_ms, makeDecoder, tellsEnd, signal, onFact }: PollOptions,
  since: () => number,
): Promise<HeardStream> {
  const chunks: SeenChunk[] = [];
  const { facts, take } = recordFacts(since, onFact);
  let isOver = false;
  let hasText = false;
  const settled = tellsEnd ? undefined : new SettledAnswer();
  const decoder = makeDecoder((told) => {
    const { kind } = take(told);
    // Of what has failed nothing more is told: whoever polls on has the same answer for ever.
    isOver ||= kind === "done" || kind === "failure";
    hasText ||= kind === "text";
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
      if (hasText && settled?.isSo(answer, bytes) === true) {
        take({ kind: "done", reason: null });
        break;
      }
      await delay(every_ms, undefined, { signal });
      answer = await ask();
    }
  } catch (error) {
    if (error instanceof NotObservable) throw error;
    end = signal.aborted ? "given-up" : "cut";
  }
  const content_type = first.headers["content-type"] ?? "";
  return { content_type, chunks, events: [], facts, comments_ms: [], body: answer.body, end };
}

/** What is not there yet is answered so: accepted, or no content. */
const GOES_ON: readonly number[] = [202, 204];

/** An answer that says by its status that it is the last one, and that is looked at once more. */
class SettledAnswer {
  #said: string | undefined;

  /** Whether it is so. Throws {@link NotObservable} where such an answer still changes. */
  isSo({ request, status }: SeenCall, bytes: Buffer): boolean {
    if (GOES_ON.includes(status)) return false;
    const said = bytes.toString();
    if (this.#said !== undefined && said !== this.#said) {
      throw new NotObservable(
        `${request} answers ${status} while the reply still grows, so that its status does not tell when it is whole`,
        ["contract.wire.stream.done"],
      );
    }
    const isSettled = said === this.#said;
    this.#said = said;
    return isSettled;
  }
}
