import type { StreamDescription } from "../../contract/wire-description.ts";
import type { ReplyFact } from "./reply-facts.ts";

/** Makes pieces of texts of which each event has all so far: of a stream whose rule is `cumulative`. */
export class CumulativeTexts {
  readonly #sofar = { text: "", thought: "" };

  /** The piece that is new in it; undefined where none is. Other facts, and of other streams, as they are. */
  pieceOf(fact: ReplyFact, rules: StreamDescription): ReplyFact | undefined {
    if (fact.kind !== "text" && fact.kind !== "thought") return fact;
    if (![rules[fact.kind]].flat().some((rule) => rule?.cumulative === true)) return fact;
    const before = this.#sofar[fact.kind];
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
