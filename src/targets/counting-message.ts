/**
 * Long enough to see a reply's pace, and with characters of several bytes from most models, also small ones, and from the
 * stand-in: whoever decodes a stream chunk by chunk breaks them.
 */
export const COUNTING_MESSAGE = "Count to 30 in Chinese";

/** How many places of a text hold what decoders put in place of bytes that are no character (U+FFFD). */
export function brokenCharactersIn(text: string): number {
  return text.match(/\uFFFD+/g)?.length ?? 0;
}
