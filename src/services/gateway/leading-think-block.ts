/** A part of what a model sent: what it thinks, or what it says. */
export type SaidDelta = { readonly text: string } | { readonly thought: string };

const OPEN = "<think>";
const CLOSE = "</think>";

/** This much white space is more than a template's, in characters: each look takes time by its length. */
const LONGEST_SPACE = 1_000;

/**
 * Takes the leading `<think>…</think>` block out of a reply's text, which comes in pieces cut anywhere.
 *
 * Models whose template the engine does not know write their thoughts so, before the reply. Only a leading block is
 * meant: later in a text the tag is something that is talked about. The white space around the tags is the
 * template's, and goes with them.
 */
export class LeadingThinkBlock {
  #state: "before" | "opened" | "thinking" | "closed" | "after" = "before";
  /** What may be a part of a tag, or white space around one. */
  #held = "";

  /** True once all that follows is text, as it comes. */
  get isOver(): boolean {
    return this.#state === "after";
  }

  /** What is known to be text or thought by now, in order; what may be a part of a tag is held back. */
  push(text: string): readonly SaidDelta[] {
    this.#held += text;
    if (this.#state === "before") this.#readOpening();
    if (this.#state === "opened") this.#readSpaceThen("thinking");
    const thoughts = this.#state === "thinking" ? this.#readThoughts() : [];
    if (this.#state === "closed") this.#readSpaceThen("after");
    // The first character of the reply itself ends the search for good.
    return this.#state === "after" ? [...thoughts, ...says(this.#take(this.#held.length))] : thoughts;
  }

  /** What was held back, at the end of the text. A block that was never closed was thoughts to its end. */
  end(): readonly SaidDelta[] {
    const rest = this.#take(this.#held.length);
    const isThought = this.#state === "thinking";
    this.#state = "after";
    return isThought ? thinks(rest) : says(rest);
  }

  #readOpening(): void {
    const start = this.#held.trimStart();
    if (start.startsWith(OPEN)) {
      this.#held = start.slice(OPEN.length);
      this.#state = "opened";
    } else if (!OPEN.startsWith(start) || this.#held.length > LONGEST_SPACE) this.#state = "after";
  }

  #readSpaceThen(next: "thinking" | "after"): void {
    this.#held = this.#held.trimStart();
    if (this.#held !== "") this.#state = next;
  }

  #readThoughts(): SaidDelta[] {
    const end = this.#held.indexOf(CLOSE);
    if (end === -1) return thinks(this.#take(this.#held.length - partOfTagAtEnd(this.#held)));
    const thoughts = thinks(this.#take(end));
    this.#take(CLOSE.length);
    this.#state = "closed";
    return thoughts;
  }

  /** This many of the characters that are held. */
  #take(length: number): string {
    const taken = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return taken;
  }
}

/** How much of the closing tag stands at the end of a text, in characters. */
function partOfTagAtEnd(text: string): number {
  const start = text.lastIndexOf("<");
  if (start === -1) return 0;
  const part = text.slice(start);
  return CLOSE.startsWith(part) ? part.length : 0;
}

function says(text: string): SaidDelta[] {
  return text === "" ? [] : [{ text }];
}

function thinks(thought: string): SaidDelta[] {
  return thought === "" ? [] : [{ thought }];
}
