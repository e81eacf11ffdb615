/** The word in a canary: the stand-in sends it as one token, so that no single token of it can hide elsewhere. */
export function wordFrom(canary: string): string {
  return canary.replace(/^canary-/, "");
}

/** A request for this word this many times over, which the stand-in follows to the letter. */
export function repeatAfterMe(word: string, times: number): string {
  return `Repeat after me: ${Array.from({ length: times }, () => word).join(" ")}`;
}
