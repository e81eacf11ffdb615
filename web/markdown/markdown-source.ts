/**
 * The end of a text that may still become markup: it is held back until it is known what it is. A dash under a
 * line of text, for one, would make that a heading for a moment, before a list begins.
 */
const UNDECIDED = /^[ \t]*(?:[-=*+_#>|: \t]+|`{1,2}|~{1,2}|\d{1,9}[.)]?)[ \t]*$/;

/** Line breaks as one character each, and no character that HTML forbids. */
export function normalized(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").replaceAll("\0", "\uFFFD");
}

/** How much of a text becomes this many characters of the normalized one. */
export function lengthBefore(text: string, length: number): number {
  if (!text.includes("\r")) return length;
  const characters = Array.from(text.matchAll(/\r\n|[\s\S]/g), ([character]) => character);
  return characters.slice(0, length).join("").length;
}

/** The text of a reply that goes on, up to where it is clear what it means. */
export function withoutUndecided(text: string): string {
  const start = text.lastIndexOf("\n") + 1;
  return UNDECIDED.test(text.slice(start)) ? text.slice(0, start) : text;
}
