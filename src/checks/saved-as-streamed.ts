import { isSameButForSpace, isSameText, withoutSpace } from "../targets/compare-texts.ts";

/** How strictly texts are compared; what was seen of a reply says it of itself. */
export interface TextRule {
  /**
   * True of a target whose wire is none of the contract's: nobody promised that white space at the ends of a text is kept, and
   * many trim what they save. The contract promises it (section 4).
   */
  readonly isForeign?: boolean;
}

/** Whether a reply's saved text is the one that was streamed; false where none is saved. */
export function isSavedAsStreamed(
  saved: string | undefined,
  streamed: string,
  { isForeign = false }: TextRule,
): boolean {
  if (saved === undefined) return false;
  return isForeign ? isSameText(saved, streamed) : saved === streamed;
}

/** Whether a text begins with this one. */
export function beginsWithText(text: string, beginning: string, { isForeign = false }: TextRule): boolean {
  return isForeign ? text.trimStart().startsWith(beginning.trim()) : text.startsWith(beginning);
}

/** Whether a reply that was cut is saved with the text that came, and at most with what was on its way to the reader, of a wire that is not ours. */
export function holdsWhatCame(saved: string, came: string): boolean {
  return beginsWithText(saved, came, { isForeign: true }) && saved.length <= came.length + MOST_ON_ITS_WAY;
}

/**
 * Whether a saved text is the one that came but for white space, wherever it stands; of a reply that was cut, with at most what was on
 * its way.
 */
export function isSavedButForSpace(saved: string, came: string, { isCut = false } = {}): boolean {
  if (came.trim() === "") return false;
  return isSameButForSpace(saved, came) || (isCut && holdsWhatCame(withoutSpace(saved), withoutSpace(came)));
}

/** Far less than the rest of a long reply, in characters. */
const MOST_ON_ITS_WAY = 200;

/** Said beside a claim that holds although a text was saved without white space at its ends, or with other; else nothing. */
export function whiteSpaceWords(saved: string | undefined, streamed: string): string {
  const isOther = saved !== undefined && saved !== streamed && isSameText(saved, streamed);
  return isOther ? "; saved with other white space at its ends than was streamed" : "";
}
