import type { SeenStream } from "../http-client.ts";
import { lastFact } from "./reply-facts.ts";

/** What the last reply of each conversation is called, for wires on which a message names the one that it follows. */
export class LastReplies {
  readonly #names = new Map<string, string>();

  /** Undefined where there was none, or it was not told. */
  of(conversation: string | null | undefined): string | undefined {
    return this.#names.get(conversation ?? "");
  }

  /** Learns it from the answer to a message. */
  note(conversation: string | null, reply: string | null): void {
    if (conversation !== null && reply !== null) this.#names.set(conversation, reply);
  }

  /** Learns it from the reply's own stream. `given`: the conversation, as far as it was known before. */
  learn(given: string | null, seen: Pick<SeenStream, "facts">): void {
    const started = lastFact(seen, "started");
    this.note(started?.conversation ?? given, started?.reply ?? null);
  }
}
