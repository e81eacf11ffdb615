import type { GenerationRecord } from "../../contract/engine-schemas.ts";

/** How many generations are kept, the newest. */
const KEPT = 2000;

/** What is known of a generation when it begins. */
export type GenerationFacts = Pick<
  GenerationRecord,
  "endpoint" | "model" | "messages" | "prompt" | "system" | "options" | "think" | "images" | "keep_alive_ms"
>;

/** A generation's entry, for the one who runs it. */
export interface RecordEntry {
  readonly tokensSent: number;
  /** How many more tokens were sent, and how many characters of text are in them, without thoughts. */
  sent(tokens: number, chars: number): void;
  /** How many messages did not fit into the window. */
  dropped(messages: number): void;
  /** `counted` is what its final object says; null where it has none. */
  end(how: "done" | "aborted" | "failed", counted: GenerationRecord["counted"]): void;
}

/** What the stand-in was asked, and how each generation ended. */
export class GenerationLog {
  readonly #records: GenerationRecord[] = [];
  #lastId = 0;

  begin(facts: GenerationFacts): RecordEntry {
    this.#lastId += 1;
    const record: GenerationRecord = {
      id: this.#lastId,
      ...facts,
      dropped_messages: 0,
      tokens_sent: 0,
      chars_sent: 0,
      counted: null,
      ended: "running",
      started_at: new Date().toISOString(),
      first_token_at: null,
      ended_at: null,
    };
    this.#records.push(record);
    if (this.#records.length > KEPT) this.#records.shift();
    return entryOf(record);
  }

  /** The newest one's id; 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  /** The generations with an id above this one, oldest first. */
  after(id: number): readonly GenerationRecord[] {
    return this.#records.filter((record) => record.id > id);
  }
}

function entryOf(record: GenerationRecord): RecordEntry {
  return {
    get tokensSent() {
      return record.tokens_sent;
    },
    sent(tokens, chars) {
      record.first_token_at ??= new Date().toISOString();
      record.tokens_sent += tokens;
      record.chars_sent = (record.chars_sent ?? 0) + chars;
    },
    dropped(messages) {
      record.dropped_messages = messages;
    },
    end(how, counted) {
      record.ended = how;
      record.counted = counted;
      record.ended_at = new Date().toISOString();
    },
  };
}
