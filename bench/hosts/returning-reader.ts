import { setTimeout as sleep } from "node:timers/promises";
import { NOWHERE, parseEventId, type StreamPlace, stepOf } from "../../src/contract/event-id.ts";
import type { FinishReason } from "../../src/contract/event-schemas.ts";
import { parseEventData } from "../../src/contract/sse.ts";
import { createSseDecoder, type SseMessage } from "../../src/contract/sse-decoder.ts";

/** Three heartbeats, as the page waits for three of its own. */
const SILENCE_MS = 9_000;
const PAUSE_MS = 300;

export interface ReaderOptions {
  /** Of the stream, with the host. */
  readonly url: string;
  readonly authorization: Readonly<Record<string, string>>;
  /** The reply that is read. */
  readonly messageId: string;
  /** Once it has this many characters it leaves by itself, and comes back. */
  readonly leavesAt: number;
}

/**
 * A reader of one reply that comes back by `Last-Event-ID`, however often it is cut off, until it is told the end. It
 * looks at every event whether something is missing or comes twice before it.
 */
export class ReturningReader {
  text = "";
  /** What it was told as the end; undefined before. */
  finishReason: FinishReason | undefined;
  connections = 0;
  /** What the contract does not let happen to a reader. */
  readonly faults: string[] = [];
  /** When the first piece of text came, on the clock of `performance.now()`. */
  firstTextAt: number | undefined;
  /** The longest time from one piece of text to the next, in milliseconds. */
  longestGapMs = 0;
  readonly #options: ReaderOptions;
  #place: StreamPlace = NOWHERE;
  #lastEventId: string | undefined;
  #lastTextAt: number | undefined;
  #hasLeft = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Reads to the end, until that time on the clock of `performance.now()` at the latest. */
  async read(until: () => number): Promise<void> {
    while (this.finishReason === undefined && this.faults.length === 0 && performance.now() < until()) {
      // A cut, whatever it is called: it comes back.
      await this.#readOnce().catch(() => undefined);
      if (this.finishReason === undefined) await sleep(PAUSE_MS);
    }
  }

  async #readOnce(): Promise<void> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const back = this.#lastEventId === undefined ? {} : { "last-event-id": this.#lastEventId };
      const { url, authorization } = this.#options;
      const answer = await fetch(url, {
        headers: { ...authorization, ...back },
        signal: silence.signal,
      });
      if (answer.status !== 200 || answer.body === null) return await this.#refused(answer);
      this.connections += 1;
      const decoder = createSseDecoder({ onMessage: (message) => this.#take(message) });
      for await (const bytes of answer.body) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        decoder.push(bytes);
        if (this.faults.length > 0 || this.finishReason !== undefined) return;
        if (!this.#hasLeft && this.text.length >= this.#options.leavesAt) {
          this.#hasLeft = true;
          return;
        }
      }
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
  }

  /** A server that cannot answer now is asked again; any other word is not what the reader of a reply may hear. */
  async #refused(answer: Response): Promise<void> {
    const body = await answer.text();
    if (answer.status < 500 && answer.status !== 429) {
      this.faults.push(`was refused: ${answer.status} ${body.slice(0, 200)}`);
    }
  }

  #take({ id, data }: SseMessage): void {
    if (this.faults.length > 0) return;
    const event = parseEventData(data);
    const place = parseEventId(id);
    if ("malformed" in event || place === undefined) {
      this.faults.push(`was sent what is no event: ${id} ${data.slice(0, 200)}`);
      return;
    }
    if (place.messageId !== this.#options.messageId) {
      this.faults.push(`was sent event ${id} of another reply`);
      return;
    }
    const { step, text } = place.place;
    if (event.type === "token") {
      this.text += event.content;
      const now = performance.now();
      this.firstTextAt ??= now;
      this.longestGapMs = Math.max(this.longestGapMs, now - (this.#lastTextAt ?? now));
      this.#lastTextAt = now;
    }
    if (text !== this.text.length) {
      const what = text > this.text.length ? "misses" : "was sent twice";
      this.faults.push(`${what} ${Math.abs(text - this.text.length)} characters at event ${id}`);
    }
    if (step < this.#place.step || (stepOf(event) !== undefined && step === this.#place.step)) {
      this.faults.push(`was told ${id} after step ${this.#place.step}`);
    }
    this.#place = place.place;
    this.#lastEventId = id;
    if (event.type === "done") this.finishReason = event.finish_reason;
  }
}
