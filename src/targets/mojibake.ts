/**
 * What UTF-8 was before it was read as Latin-1, or as Windows-1252: each byte of a character became one of its own. Undefined
 * where a text cannot have come about so, and where it has no such characters.
 */
export function beforeMisreading(text: string): string | undefined {
  if (/^\p{ASCII}*$/u.test(text)) return undefined;
  const bytes = Array.from(text, byteOf);
  if (!bytes.every((byte) => byte !== undefined)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

/** The bytes that Windows-1252 has characters for, and Latin-1 control codes. */
const WINDOWS_1252 = new Map(
  Array.from({ length: 0x20 }, (_, index) => {
    const byte = 0x80 + index;
    return [new TextDecoder("windows-1252").decode(Uint8Array.of(byte)), byte] as const;
  }),
);

function byteOf(character: string): number | undefined {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? code : WINDOWS_1252.get(character);
}
