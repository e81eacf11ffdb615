import { NotObservable } from "../harness/target-errors.ts";
import type { SeenRow } from "../targets/drivers/reply-facts.ts";

/** A reply's row grew for longer than it can be waited for: how it ends was not seen. */
export class StillWritten extends NotObservable {}

/** Whether what is being written gets on, by looks at its rows: a slow engine's row grows, one that is stuck does not. */
export class RowGrowth {
  readonly #startMs: number;
  #chars: number | undefined;
  #grewAtMs: number;

  /** @param startMs when the waiting began, by the clock of {@link RowGrowth.look} */
  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#grewAtMs = startMs;
  }

  /** Whether anything came to the rows since the first look. */
  get hasGrown(): boolean {
    return this.#grewAtMs > this.#startMs;
  }

  /** Takes what is seen now; returns for how long nothing has come to what is still written, in milliseconds. */
  look(rows: readonly SeenRow[], nowMs: number): number {
    const chars = writtenChars(rows);
    if (this.#chars !== undefined && chars > this.#chars) this.#grewAtMs = nowMs;
    this.#chars = chars;
    return nowMs - this.#grewAtMs;
  }

  /** What is said where it goes on for too long. */
  stillWritten(nowMs: number): StillWritten {
    const seconds = Math.round((nowMs - this.#startMs) / 1000);
    return new StillWritten(
      `the reply was still being written after ${seconds} s of waiting, its row with ${this.#chars ?? 0} characters by then and growing: how it ends was not seen`,
    );
  }
}

function writtenChars(rows: readonly SeenRow[]): number {
  const written = rows.filter(({ status }) => status === "streaming");
  return written.reduce((sum, { content, thinking }) => sum + content.length + (thinking?.length ?? 0), 0);
}
