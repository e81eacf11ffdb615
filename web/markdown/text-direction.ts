/** Characters that turn the direction of all text up to the end of the paragraph: "gnp.exe" looks like "exe.png". */
const OVERRIDES = /[\u202A-\u202E]/g;

/** In code, which has one direction, those too that end by themselves. */
const OVERRIDES_AND_ISOLATES = /[\u202A-\u202E\u2066-\u2069]/g;

/** A letter; the first one gives a text its direction. */
const LETTER = /\p{L}/u;

/** Hebrew, Arabic, Syriac, Thaana, N'Ko and the other scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * The direction of a list, a quote or a table, which sets the side of its markers, its bar, its first column. Not
 * `dir="auto"`: that passes over what is inside elements with a direction of their own.
 */
export function directionOf(text: string): "rtl" | "ltr" {
  return RIGHT_TO_LEFT.test(LETTER.exec(text)?.[0] ?? "") ? "rtl" : "ltr";
}

/** The text with such characters named instead of obeyed. */
export function legibleText(text: string): string {
  return text.replace(OVERRIDES, nameOf);
}

/** The code with such characters named instead of obeyed. */
export function legibleCode(code: string): string {
  return code.replace(OVERRIDES_AND_ISOLATES, nameOf);
}

function nameOf(character: string): string {
  return `⟨U+${character.charCodeAt(0).toString(16).toUpperCase()}⟩`;
}
