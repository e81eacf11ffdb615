/** Whether two texts are the same, but for white space at their ends: some trim what they save. */
export function isSameText(one: string, other: string): boolean {
  return one.trim() === other.trim();
}

/** Whether `part` is `whole` with something left out. */
export function isPartOfText(part: string, whole: string): boolean {
  if (part.length >= whole.length) return false;
  let at = 0;
  for (const character of part.trim()) {
    at = whole.indexOf(character, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Whether two texts are one, but for white space wherever it stands: some collapse it. */
export function isSameButForSpace(one: string, other: string): boolean {
  return withoutSpace(one) === withoutSpace(other);
}

/** The text without its white space. */
export function withoutSpace(text: string): string {
  return text.replace(/\s+/g, "");
}

/**
 * Whether two texts are one that came to harm on the way: one is the other with something left out, and has more than half of
 * it, or has other white space inside. White space at the ends does not count. False where they are the same. What tells where a
 * reply went judges no text by it: that is for the claim that a reply is stored as streamed.
 */
export function isDamagedText(one: string, other: string): boolean {
  const [short = "", long = ""] = [one.trim(), other.trim()].sort((a, b) => a.length - b.length);
  if (short === long) return false;
  return isSameButForSpace(short, long) || (2 * short.length > long.length && isPartOfText(short, long));
}

/** Text without the thoughts that older templates write before it: those are told apart on the way. */
export function withoutThoughts(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?(?:<\/think>|$)/, "");
}
