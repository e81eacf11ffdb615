/** A group of this many pieces is no model's pace: whoever sends it is ahead of its reader, and can wait for a moment. */
const FLOOD_PIECES = 16;

/** How long an engine that was asked is waited for, in milliseconds: one that loads a model first takes longer. */
const PATIENCE_MS = 200;

/**
 * The replies that wait for their first piece. Floods of others let them go first: a hundred replies that come as fast as
 * they are read would else each be read far, before the last of them had its first word.
 */
export class FirstPiecePriority {
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

  /** Resolves when the next may be read of a reply of which this many pieces have come together. */
  async room(pieces: number): Promise<void> {
    const left = this.#until - performance.now();
    if (pieces < FLOOD_PIECES || this.#starting.size === 0 || left <= 0) return;
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, left);
    await Promise.race([this.#allBegun.promise, tooLong]);
    clearTimeout(timer);
  }
}
