/** This long nothing bad may have been seen, in milliseconds, before a service counts as well again. */
const SHORTEST_QUIET_MS = 5000;

/** Longer than one pause between two probes: one good answer after a bad one is not enough. */
const QUIET_PAUSES = 1.5;

/** Makes of answers that come and go one change and its end: what is bad once a second is told once. */
export class FlapDamping {
  readonly #quietMs: number;
  #lastBadAt = 0;
  #bad = 0;
  #since = 0;

  /** @param everyMs time between two probes, in milliseconds */
  constructor(everyMs: number) {
    this.#quietMs = Math.max(SHORTEST_QUIET_MS, everyMs * QUIET_PAUSES);
  }

  /**
   * Notes an answer.
   *
   * @param isWell how the service counts at present
   * @param now in milliseconds of a clock that nobody sets
   * @returns undefined where it goes on counting like that; else it changes, with words on the time that ends by it
   */
  note(isGood: boolean, isWell: boolean, now = performance.now()): { readonly words: string } | undefined {
    if (!isGood) {
      if (isWell) [this.#since, this.#bad] = [now, 0];
      [this.#lastBadAt, this.#bad] = [now, this.#bad + 1];
      return isWell ? { words: "" } : undefined;
    }
    if (isWell || now - this.#lastBadAt < this.#quietMs) return undefined;
    if (this.#bad < 2) return { words: "after one bad answer" };
    const seconds = Math.ceil((this.#lastBadAt - this.#since) / 1000);
    return { words: `after ${this.#bad} bad answers within ${seconds} s` };
  }
}
