/** At most this many characters of a text, and whole ones. */
export function beginningOf(text: string, length: number): string {
  if (text.length <= length) return text;
  const isInsideCharacter = (text.codePointAt(length - 1) ?? 0) > 0xffff;
  return text.slice(0, isInsideCharacter ? length - 1 : length);
}
