/**
 * Words of a run's own, to be found again in rows, prompts and streams. They are of syllables, because a model reads each
 * digit as a token of its own: `canary-bafokeludu` is 8 tokens, twelve hexadecimal digits would be 13.
 */

/** Sixteen, so that four bits choose one. */
const CONSONANTS = "bdfghjklmnprstvz";
const VOWELS = "aeiou";

/** A word of one syllable, such as `ba`, for each of these bytes. */
export function syllablesOf(bytes: Uint8Array): string {
  return Array.from(
    bytes,
    (byte) => `${CONSONANTS[byte >> 4] ?? ""}${VOWELS[byte % VOWELS.length] ?? ""}`,
  ).join("");
}

/** How many bytes {@link canaryOf} is made of. */
export const CANARY_BYTES = 5;

/** The canary of these {@link CANARY_BYTES} bytes: one in 650 million. Its last vowel is u, as in no English word. */
export function canaryOf(bytes: Uint8Array): string {
  return `canary-${syllablesOf(bytes).slice(0, -1)}u`;
}

const WORD = `(?:[${CONSONANTS}][${VOWELS}]){4}[${CONSONANTS}]u`;

/**
 * Finds a canary in a text, also one of twelve or eight hexadecimal digits, as earlier versions made them; and the word of
 * one where an engine is asked to repeat nothing else. Whoever writes of canary-islands, or of a canary-deployment, has
 * written none.
 */
export const CANARY = new RegExp(
  `\\bcanary-(?:${WORD}|[0-9a-f]{8}(?:[0-9a-f]{4})?)\\b|^Repeat after me: ${WORD}\\b`,
);
