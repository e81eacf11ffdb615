/**
 * Texts of PostgreSQL cannot have the character U+0000, and those of people and models can. It is written as U+FDD0, which
 * stands for no character, and "0"; U+FDD0 itself as U+FDD0 and "d". All other texts are as they are, and texts that are
 * appended to each other remain what they were.
 */
const MARK = "\ufdd0";
const ENCODED: Readonly<Record<string, string>> = { "\u0000": `${MARK}0`, [MARK]: `${MARK}d` };

/** A text as PostgreSQL can have it. */
export function encodeText(text: string): string {
  // Nearly none has them, and each value of each statement is looked at.
  if (!text.includes("\u0000") && !text.includes(MARK)) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the one.
  return text.replace(/[\u0000\ufdd0]/g, (character) => ENCODED[character] ?? character);
}

/** The text that {@link encodeText} was given. */
export function decodeText(encoded: string): string {
  if (!encoded.includes(MARK)) return encoded;
  return encoded.replace(/\ufdd0(.?)/gs, (pair, kind) =>
    kind === "0" ? "\u0000" : kind === "d" ? MARK : pair,
  );
}
