/** Characters that turn the direction of all text up to the end of the paragraph: "gnp.exe" looks like "exe.png". */
const OVERRIDES = /[\u202A-\u202E]/g;

/** In code, which has one direction, those too that end by themselves. */
const OVERRIDES_AND_ISOLATES = /[\u202A-\u202E\u2066-\u2069]/g;

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
