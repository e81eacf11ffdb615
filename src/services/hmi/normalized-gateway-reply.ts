import { STEP, stepOf } from "../../contract/event-id.ts";
import type {
  ErrorEvent,
  FinishReason,
  Notice,
  StreamEvent,
  UsageEvent,
} from "../../contract/event-schemas.ts";
import type { Message } from "../../contract/hmi-schemas.ts";

/** Which of a reply's events belong to its ending, whatever kind of ending it is. */
const ENDING_STATUS: ReadonlySet<string> = new Set(["complete", "cancelled", "error"]);

/**
 * What has come of one reply from its gateway. A gateway need not be ours: what it tells twice, or too late, is left
 * out here, so that what readers are told keeps the contract's order.
 */
export class NormalizedGatewayReply {
  text = "";
  thinking = "";
  /** The model that answers, by the engine's own name; null where the gateway has not told. */
  model: string | null = null;
  readonly notices: Notice[] = [];
  usage: UsageEvent | undefined;
  error: ErrorEvent | undefined;
  /** How it ended; undefined before `done`. */
  finishReason: FinishReason | undefined;
  #step: number = STEP.started;
  #isEnding = false;
  #thought: ThinkingClock;

  /** `row` is what was saved of it by an HMI that was stopped, if anything was. */
  constructor(row: Pick<Message, "content" | "thinking_ms">) {
    this.#thought = new ThinkingClock(row);
  }

  /** For how long the model thought, or has thought so far, in milliseconds; null where it did not. */
  get thinkingMs(): number | null {
    return this.#thought.ms;
  }

  /** The step that was told last; see `contract/event-id.ts`. */
  get step(): number {
    return this.#step;
  }

  /**
   * Takes what has come, and gives back what readers are to be told at once. The ending is not: it is told when it
   * is saved.
   */
  take(events: readonly StreamEvent[]): StreamEvent[] {
    return events.flatMap((event) => (this.finishReason === undefined ? this.#take(event) : []));
  }

  #take(event: StreamEvent): StreamEvent[] {
    switch (event.type) {
      case "started":
        // The HMI's own says more, and has been told.
        this.model ??= event.model;
        return [];
      case "thinking":
        this.thinking += event.content;
        this.#thought.begin();
        return this.#piece(event);
      case "token":
        this.text += event.content;
        this.#thought.end();
        return this.#piece(event);
      case "usage":
        this.usage = event;
        return this.#end();
      case "error":
        this.error = event;
        return this.#end();
      case "done":
        this.finishReason = event.finish_reason;
        return this.#end();
      case "status_update":
        if (ENDING_STATUS.has(event.status)) return this.#end();
        if (event.status === "executing") this.model = event.detail ?? this.model;
        return this.#pass(event);
      case "notice": {
        const { type: _, ...notice } = event;
        if (!this.#isNew(event)) return [];
        this.notices.push(notice);
        return this.#pass(event);
      }
    }
  }

  #end(): StreamEvent[] {
    this.#isEnding = true;
    return [];
  }

  #piece(event: StreamEvent): StreamEvent[] {
    const start = missingStart(this.#step);
    this.#step = Math.max(this.#step, STEP.executing);
    return [...start, event];
  }

  #pass(event: StreamEvent): StreamEvent[] {
    if (!this.#isNew(event)) return [];
    this.#step = stepOf(event) ?? this.#step;
    return [event];
  }

  #isNew(event: StreamEvent): boolean {
    return !this.#isEnding && (stepOf(event) ?? this.#step) > this.#step;
  }
}

/** Measures how long a model thinks before it says something: also where an HMI that was stopped has measured the beginning. */
class ThinkingClock {
  readonly #before: number;
  #beganAt: number | undefined;
  #ms: number | null;

  constructor({ content, thinking_ms }: Pick<Message, "content" | "thinking_ms">) {
    this.#before = thinking_ms ?? 0;
    this.#ms = content === "" ? null : thinking_ms;
  }

  begin(): void {
    this.#beganAt ??= performance.now() - this.#before;
  }

  end(): void {
    this.#ms = this.ms;
  }

  get ms(): number | null {
    if (this.#ms !== null) return this.#ms;
    return this.#beganAt === undefined ? null : Math.round(performance.now() - this.#beganAt);
  }
}

/** The events that open every stream, as far as one that has come to this step lacks them. */
export function missingStart(step: number): StreamEvent[] {
  const start: StreamEvent[] = [];
  if (step < STEP.planning) start.push({ type: "status_update", status: "planning" });
  if (step < STEP.executing) start.push({ type: "status_update", status: "executing" });
  return start;
}
