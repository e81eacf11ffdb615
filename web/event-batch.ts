import type { StreamEvent } from "../src/contract/event-schemas.ts";

/**
 * Gathers the events of a stream and hands them on once a frame, pieces of one text in a row as one: a page that drew
 * each token by itself would fall behind a fast model.
 */
export class EventBatch {
  readonly #deliver: (events: readonly StreamEvent[]) => void;
  readonly #nextFrame: (run: () => void) => void;
  #events: StreamEvent[] = [];
  #isDue = false;

  /** `nextFrame` calls what it is given once, when the page is drawn next; in a hidden tab that may be late. */
  constructor(nextFrame: (run: () => void) => void, deliver: (events: readonly StreamEvent[]) => void) {
    this.#nextFrame = nextFrame;
    this.#deliver = deliver;
  }

  add(events: readonly StreamEvent[]): void {
    for (const event of events) this.#append(event);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#nextFrame(() => {
      this.#isDue = false;
      this.flush();
    });
  }

  /** Hands on what is there, now. */
  flush(): void {
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) this.#deliver(events);
  }

  #append(event: StreamEvent): void {
    const last = this.#events.at(-1);
    const isText = event.type === "token" || event.type === "thinking";
    if (isText && last?.type === event.type) {
      this.#events[this.#events.length - 1] = { ...last, content: last.content + event.content };
    } else {
      this.#events.push(event);
    }
  }
}
