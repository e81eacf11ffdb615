import { type StreamEvent, type Usage, usageOf } from "../../contract/event-schemas.ts";
import { watchRepetition } from "./detect-repetition.ts";
import { isReadable } from "./empty-reply.ts";
import type { EngineDelta, FinalDelta } from "./engine-deltas.ts";
import { LeadingThinkBlock, type SaidDelta } from "./leading-think-block.ts";

/** What comes of a group of an engine's pieces. */
export interface Written {
  readonly events: StreamEvent[];
  /** The final piece, where it was among them: nothing that came after it counts. */
  readonly final: FinalDelta | undefined;
}

/** Makes the events of a stream of what the engine sends for one reply, and counts what was written. */
export class ReplyEventWriter {
  readonly #block = new LeadingThinkBlock();
  readonly #watched = { thinking: watchRepetition(), token: watchRepetition() };
  /** Pieces of the engine's, which are tokens as a rule. */
  #pieces = 0;
  #thoughtPieces = 0;
  #hasWritten = false;
  #hasThoughts = false;
  #hasText = false;
  #hasToldRepetition = false;

  /** True once the engine has sent anything of the reply. */
  get hasBegun(): boolean {
    return this.#pieces > 0;
  }

  get hasThoughts(): boolean {
    return this.#hasThoughts;
  }

  /** Whether a reader has anything to read; see {@link isReadable}. */
  get hasText(): boolean {
    return this.#hasText;
  }

  /** What was written so far, for a reply whose tokens the engine will not count any more. */
  get counted(): Usage {
    return {
      ...usageOf(null, this.#pieces),
      ...(this.#thoughtPieces > 0 && { thinking_tokens: this.#thoughtPieces }),
    };
  }

  write(pieces: readonly EngineDelta[]): Written {
    const events: StreamEvent[] = [];
    for (const piece of pieces) {
      if ("text" in piece) this.#writeText(events, piece.text);
      else if ("thought" in piece) this.#writeThought(events, piece.thought);
      else {
        events.push(...this.end());
        return { events, final: piece };
      }
      this.#pieces += 1;
    }
    return { events, final: undefined };
  }

  /** What was held back until it was clear what it is; to be written before any ending. */
  end(): StreamEvent[] {
    const events: StreamEvent[] = [];
    this.#addAll(events, this.#block.end());
    return events;
  }

  #writeThought(events: StreamEvent[], thought: string): void {
    // Where the engine itself tells thoughts from text, a tag in the text is text.
    if (!this.#block.isOver) this.#addAll(events, this.#block.end());
    this.#thoughtPieces += 1;
    this.#addThought(events, thought);
  }

  #writeText(events: StreamEvent[], text: string): void {
    if (this.#block.isOver) {
      this.#addText(events, text);
      return;
    }
    const said = this.#block.push(text);
    if (!said.some((piece) => "text" in piece)) this.#thoughtPieces += 1;
    this.#addAll(events, said);
  }

  #addAll(events: StreamEvent[], said: readonly SaidDelta[]): void {
    for (const piece of said) {
      if ("thought" in piece) this.#addThought(events, piece.thought);
      else this.#addText(events, piece.text);
    }
  }

  #addThought(events: StreamEvent[], content: string): void {
    if (!this.#hasWritten) events.push({ type: "status_update", status: "thinking" });
    this.#hasWritten = true;
    this.#hasThoughts = true;
    events.push({ type: "thinking", content });
    this.#watchFor(events, this.#watched.thinking.push(content));
  }

  #addText(events: StreamEvent[], content: string): void {
    this.#hasWritten = true;
    this.#hasText ||= isReadable(content);
    events.push({ type: "token", content });
    this.#watchFor(events, this.#watched.token.push(content));
  }

  #watchFor(events: StreamEvent[], isRepeating: boolean): void {
    if (!isRepeating || this.#hasToldRepetition) return;
    this.#hasToldRepetition = true;
    events.push(REPEATING);
  }
}

const REPEATING: StreamEvent = {
  type: "notice",
  code: "repeating",
  message: "The model says the same again and again.",
  hint: "Stop it, and send the message again, or choose another model. A limit (num_predict) or a higher repeat_penalty helps.",
};
