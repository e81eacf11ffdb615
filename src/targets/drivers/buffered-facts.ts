import type { SeenStream } from "../http-client.ts";
import type { Reading, ReadOptions } from "./chat-client.ts";
import type { TimedFact } from "./reply-facts.ts";

/** Facts that come before anybody listens: whoever then does is told them first. */
export class BufferedFacts {
  readonly #early: TimedFact[] = [];
  #tell = (fact: TimedFact): unknown => this.#early.push(fact);

  /** Takes a fact as it comes. */
  readonly take = (fact: TimedFact): void => void this.#tell(fact);

  /** Listens from now on, until the stream has ended, or is left by aborting `left`. */
  reading(ended: Promise<SeenStream>, left: AbortController, { signal, onFact }: ReadOptions): Reading {
    for (const fact of this.#early) onFact?.(fact);
    this.#tell = (fact) => onFact?.(fact);
    const leave = (): void => left.abort();
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    return { ended: ended.finally(() => signal.removeEventListener("abort", leave)), leave };
  }
}
