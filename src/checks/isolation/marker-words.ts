/** Consonants, so that no word of any language comes out. */
const LETTERS = "bdfghjklmnpqrstv";

/** How long a word is: the stand-in sends it as one token, so that no single token of it can hide elsewhere. */
const LENGTH = 10;

/** A canary as one word of letters. */
export function wordFrom(canary: string): string {
  const digits = canary.replace(/^canary-/, "").slice(0, LENGTH);
  return [...digits].map((digit) => LETTERS[Number.parseInt(digit, 16)] ?? "").join("");
}

/** A request for this word this many times over, which the stand-in follows to the letter. */
export function repeatAfterMe(word: string, times: number): string {
  return `Repeat after me: ${Array.from({ length: times }, () => word).join(" ")}`;
}
