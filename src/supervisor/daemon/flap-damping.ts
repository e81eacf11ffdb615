/** This long nothing bad may have been seen, in milliseconds, before a service counts as well again. */
const SHORTEST_QUIET_MS = 5000;

/** Longer than one pause between two probes: one good answer after a bad one is not enough. */
const QUIET_PAUSES = 1.5;

/** How a service counts from now on; `after`: a phrase about the bad answers that are over, `after one bad answer`. */
export type FlapChange = { readonly became: "bad" } | { readonly became: "well"; readonly after: string };

/** Reports flapping probes as one change to unhealthy and one back: what is bad once a second is told once. */
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
   * @returns undefined while the state stays the same; else the change
   */
  note(isGood: boolean, isWell: boolean, now = performance.now()): FlapChange | undefined {
    return isGood ? this.#noteGood(isWell, now) : this.#noteBad(isWell, now);
  }

  #noteBad(isWell: boolean, now: number): FlapChange | undefined {
    if (isWell) {
      this.#since = now;
      this.#bad = 0;
    }
    this.#lastBadAt = now;
    this.#bad += 1;
    return isWell ? { became: "bad" } : undefined;
  }

  #noteGood(isWell: boolean, now: number): FlapChange | undefined {
    if (isWell || now - this.#lastBadAt < this.#quietMs) return undefined;
    if (this.#bad < 2) return { became: "well", after: "after one bad answer" };
    const seconds = Math.ceil((this.#lastBadAt - this.#since) / 1000);
    return { became: "well", after: `after ${this.#bad} bad answers within ${seconds} s` };
  }
}
