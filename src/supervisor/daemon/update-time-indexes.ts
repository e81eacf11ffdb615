import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../errors/thrown-error.ts";
import { nextLogChange } from "../logs/log-changes.ts";
import { TimeIndexWriter } from "../logs/time-index-writer.ts";
import type { ServiceSpec } from "../service-spec.ts";
import { type StateFolder, SUPERVISOR } from "../state-folder.ts";

/** The longest time between two looks, and the shortest, in milliseconds: so exact is a time in a busy log. */
const EVERY_MS = 1000;
const PAUSE_MS = 50;

/** Notes when the logs of services grow, and of the supervisor's own. */
export class TimeIndexUpdates {
  readonly #state: StateFolder;
  readonly #noters: readonly TimeIndexWriter[];
  /** What could not be done was said once. */
  #isSaid = false;

  /** Looks at all of them: before it the services were not watched, after it they are. */
  constructor(state: StateFolder, services: readonly ServiceSpec[]) {
    this.#state = state;
    this.#noters = [...services.map(({ name }) => name), SUPERVISOR].map(
      (name) => new TimeIndexWriter(state, name),
    );
    this.look();
  }

  /** Never resolves. */
  async keep(): Promise<never> {
    for (;;) {
      const changed = nextLogChange(this.#state.log, EVERY_MS);
      // What came before the wait began.
      this.look();
      await changed;
      this.look();
      await delay(PAUSE_MS);
    }
  }

  look(): void {
    try {
      for (const noter of this.#noters) noter.look();
    } catch (error) {
      if (!this.#isSaid)
        process.stderr.write(`When lines are written cannot be noted: ${messageOf(error)}\n`);
      this.#isSaid = true;
    }
  }
}
