import { randomUUID } from "node:crypto";
import type { WireDescription } from "../../contract/wire-description.ts";
import type { SeenStream } from "../http-client.ts";
import type { HistoryTurn } from "./fill-placeholders.ts";
import { hasPlaceholder } from "./has-placeholder.ts";
import { lastFact, textOf } from "./reply-facts.ts";

/** A message, and the word that no other has. */
export interface SaidNow {
  readonly text: string;
  readonly key: string;
}

/** What was said, for a back end that is told the whole conversation with each message. */
export class ConversationHistories {
  /** True where the back end keeps no conversations: they have names here alone. */
  readonly isKeptHere: boolean;
  readonly #isTold: boolean;
  readonly #turns = new Map<string, readonly HistoryTurn[]>();

  constructor(wire: WireDescription) {
    this.#isTold = hasPlaceholder(wire.send, "history");
    this.isKeptHere = this.#isTold && !showsWhatItKeeps(wire);
  }

  /** Begins a conversation, and gives it a name where the back end has none for it. */
  begin(id: string | null): string {
    const known = id ?? `here-${randomUUID()}`;
    this.#turns.set(known, []);
    return known;
  }

  /** Whether there was anything to forget. */
  forget(conversation: string): boolean {
    return this.#turns.delete(conversation);
  }

  /** What a back end is told with a message; undefined for one that is told the message alone. */
  toldWith(
    conversation: string | null | undefined,
    { text, key }: SaidNow,
  ): readonly HistoryTurn[] | undefined {
    if (!this.#isTold) return undefined;
    return [...(this.#turns.get(conversation ?? "") ?? []), { id: key, role: "user", content: text }];
  }

  /** What was said goes with the next message, where the back end is told it. */
  remember(given: string | null, { text, key }: SaidNow, seen: SeenStream): SeenStream {
    const conversation = lastFact(seen, "started")?.conversation ?? given;
    const known = this.#turns.get(conversation ?? "");
    const before = this.#isTold && !this.isKeptHere ? (known ?? []) : known;
    if (before !== undefined && conversation !== null && lastFact(seen, "done") !== undefined) {
      const reply = textOf(seen);
      const question: HistoryTurn = { id: key, role: "user", content: text };
      const answer: HistoryTurn = {
        id: lastFact(seen, "started")?.reply ?? randomUUID(),
        role: "assistant",
        content: reply,
      };
      // A reply that failed without a word is no turn.
      const said = reply === "" ? [question] : [question, answer];
      this.#turns.set(conversation, [...before, ...said]);
    }
    return seen;
  }
}

/**
 * Whether the back end itself shows what was said, in conversations that it tells the names of: it keeps them then, although
 * it is told all of one with each message.
 */
function showsWhatItKeeps({ rows, conversation, send, send_first, stream }: WireDescription): boolean {
  const isNamed =
    conversation !== undefined ||
    [send, send_first].some((call) => call?.told?.conversation !== undefined) ||
    [stream.started ?? []].flat().some((rule) => rule.conversation !== undefined);
  return rows !== undefined && isNamed;
}
