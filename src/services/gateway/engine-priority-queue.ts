/** A reply that wants the engine. */
export interface QueuedReply {
  /** True for what no person waits for: it comes after all persons' replies, and gives way to them. */
  readonly isBackground: boolean;
  /** Told where it has to wait. */
  onQueued(): void;
  /** Told where it must end now, because a person's reply needs its place. */
  giveWay(): void;
}

/** Lets only this many replies ask the engine at a time (setting `engine.max_concurrent`); the others wait in order. */
export class EnginePriorityQueue {
  readonly #places: number;
  readonly #asking = new Set<QueuedReply>();
  /** In their order of arrival. */
  readonly #waiting = new Map<QueuedReply, () => void>();
  /** Those that were told to give way, and have not left yet. */
  readonly #leaving = new Set<QueuedReply>();

  /** @param places How many; 0: as many as come. */
  constructor(places: number) {
    this.#places = places === 0 ? Number.POSITIVE_INFINITY : places;
  }

  /**
   * Resolves when the reply may ask the engine, with what is to be called when it has done so, whatever came of it.
   * Rejects with the reason of the signal, by which a reply that waits is ended.
   */
  async enter(reply: QueuedReply, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#asking.size < this.#places) this.#asking.add(reply);
    else await this.#wait(reply, signal);
    return () => this.#leave(reply);
  }

  /** Ends what no person waits for: a person's reply has asked the engine, and nothing comes. */
  endBackground(): void {
    for (const reply of this.#asking) if (reply.isBackground) this.#end(reply);
  }

  async #wait(reply: QueuedReply, signal: AbortSignal): Promise<void> {
    reply.onQueued();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.#waiting.delete(reply);
      reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    this.#waiting.set(reply, resolve);
    if (!reply.isBackground) this.#makeRoom();
    await promise;
    signal.removeEventListener("abort", giveUp);
  }

  /** Ends as many background replies as persons wait for places. */
  #makeRoom(): void {
    for (const reply of this.#asking) {
      if (this.#leaving.size >= this.#waitingPersons()) return;
      if (reply.isBackground) this.#end(reply);
    }
  }

  #waitingPersons(): number {
    return [...this.#waiting.keys()].filter((reply) => !reply.isBackground).length;
  }

  #end(reply: QueuedReply): void {
    if (this.#leaving.has(reply)) return;
    this.#leaving.add(reply);
    reply.giveWay();
  }

  #leave(reply: QueuedReply): void {
    this.#leaving.delete(reply);
    if (!this.#asking.delete(reply)) return;
    const waiting = [...this.#waiting.keys()];
    const next = waiting.find(({ isBackground }) => !isBackground) ?? waiting[0];
    if (next === undefined) return;
    // Its place is taken before it knows, so that nobody who comes meanwhile is before it.
    this.#asking.add(next);
    const admit = this.#waiting.get(next);
    this.#waiting.delete(next);
    admit?.();
  }
}
