/** A group of this many pieces is no model's pace: whoever sends it is ahead of its reader, and can wait for a moment. */
const FLOOD_PIECES = 16;

/** How long an engine that was asked is waited for, in milliseconds: one that loads a model first takes longer. */
const PATIENCE_MS = 200;

/**
 * The replies that wait for their first piece. Fast ones let them go first. Otherwise fast replies are read far ahead
 * before the slowest has shown its first token.
 */
export class FastReplyThrottle {
  readonly #starting = new Set<object>();
  /** Until when those are waited for, by `performance.now()`. */
  #until = 0;
  #allBegun = Promise.withResolvers<void>();

  /** The engine was asked for this reply. */
  asked(reply: object): void {
    this.#starting.add(reply);
    this.#until = performance.now() + PATIENCE_MS;
  }

  /** Its first piece has come, or none will. */
  begun(reply: object): void {
    if (!this.#starting.delete(reply) || this.#starting.size > 0) return;
    this.#allBegun.resolve();
    this.#allBegun = Promise.withResolvers<void>();
  }

  /** Resolves when the next pieces of a reply may be read; `pieces`: how many came in its last group. */
  async room(pieces: number): Promise<void> {
    const left = this.#until - performance.now();
    if (pieces < FLOOD_PIECES || this.#starting.size === 0 || left <= 0) return;
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, left);
    await Promise.race([this.#allBegun.promise, tooLong]);
    clearTimeout(timer);
  }
}
