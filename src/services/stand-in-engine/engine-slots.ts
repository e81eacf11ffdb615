import { unlessAborted } from "./abortable-waits.ts";

/** A fixed number of places; who finds none waits in line. */
export class EngineSlots {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Does this work in a place of its own. Throws the signal's reason when it is aborted in line. */
  async run<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
    await this.#take(signal);
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  async #take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const turn = Promise.withResolvers<void>();
    this.#line.push(turn.resolve);
    try {
      await unlessAborted(turn.promise, signal);
    } catch (error) {
      this.#leave(turn.resolve);
      throw error;
    }
  }

  #give(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  #leave(turn: () => void): void {
    const at = this.#line.indexOf(turn);
    // The turn came in the same tick as the abort: it goes to the next in line.
    if (at === -1) this.#give();
    else this.#line.splice(at, 1);
  }
}
