import type { TimedFact } from "../targets/drivers/reply-facts.ts";
import { afterWaiting } from "../targets/unstalled-time.ts";

/** A reply that has begun to be written is waited for at least this long after each piece, in milliseconds; ... */
const LEAST_MS = 15_000;

/** ... or this many times as long as the longest gap between two of its pieces. */
const GAPS = 20;

/**
 * Gives a reply up that has begun to be written and then says nothing more for longer than its own pace explains: before its
 * first piece a model may be loading, and after it none does.
 */
export class SilenceAfterText implements Disposable {
  readonly #silent = new AbortController();
  #lastMs: number | undefined;
  #longestGapMs = 0;
  #callOff: (() => void) | undefined;

  /** Aborted when it has been silent for too long. */
  get signal(): AbortSignal {
    return this.#silent.signal;
  }

  /** Takes what has come of the reply. */
  take({ kind, at_ms }: TimedFact): void {
    if (kind !== "text" && kind !== "thought") return;
    this.#longestGapMs = Math.max(this.#longestGapMs, at_ms - (this.#lastMs ?? at_ms));
    this.#lastMs = at_ms;
    this.#callOff?.();
    this.#callOff = afterWaiting(Math.max(LEAST_MS, GAPS * this.#longestGapMs), () => this.#silent.abort());
  }

  [Symbol.dispose](): void {
    this.#callOff?.();
  }
}
