import type { EventFact } from "./facts-in-event.ts";
import type { ReplyFact } from "./reply-facts.ts";

/** Makes pieces of texts of which an event has all so far: by a rule that is `cumulative`. Others may tell pieces beside. */
export class CumulativeTexts {
  readonly #sofar = { text: "", thought: "" };

  /** The piece that is new in it; undefined where none is. Other facts as they are. */
  pieceOf({ isWhole, ...fact }: EventFact): ReplyFact | undefined {
    if (fact.kind !== "text" && fact.kind !== "thought") return fact;
    const before = this.#sofar[fact.kind];
    if (isWhole !== true) {
      this.#sofar[fact.kind] = before + fact.text;
      return fact;
    }
    // What came in pieces, after another text of the same reply, is told once more as a whole.
    if (fact.text !== "" && before.endsWith(fact.text)) return undefined;
    // What was said cannot be taken back: of a text that was changed, what follows the place where it was.
    const piece = fact.text.slice(sharedStart(before, fact.text));
    this.#sofar[fact.kind] = fact.text;
    return piece === "" ? undefined : { ...fact, text: piece };
  }
}

/** How many characters two texts begin with alike. */
function sharedStart(one: string, other: string): number {
  let count = 0;
  while (count < one.length && one[count] === other[count]) count += 1;
  return count;
}
