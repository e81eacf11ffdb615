/**
 * Whether two texts are one, of which a part went missing on the way: every character of the shorter one stands in the
 * longer one, in order, and it has more than half of them. White space at the ends does not count. False where they are
 * the same. What tells where a reply went judges no text by it: that is for the claim that a reply is stored as streamed.
 */
export function isShortenedText(one: string, other: string): boolean {
  const [short = "", long = ""] = [one.trim(), other.trim()].sort((a, b) => a.length - b.length);
  if (short.length === long.length || 2 * short.length <= long.length) return false;
  let at = 0;
  for (const character of long) if (short.startsWith(character, at)) at += character.length;
  return at === short.length;
}
