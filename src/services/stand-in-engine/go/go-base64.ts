const ALPHABET = /[A-Za-z0-9+/]/;

/**
 * The bytes of a text in base64, as Go reads a `[]byte` of JSON: padded, line breaks passed over. Throws SyntaxError
 * with Go's own text and its idea of where the mistake is (encoding/base64, CorruptInputError).
 */
export function decodeGoBase64(text: string): Buffer {
  const mistake = firstMistake(text);
  if (mistake !== undefined) throw new SyntaxError(`illegal base64 data at input byte ${mistake}`);
  return Buffer.from(text, "base64");
}

function firstMistake(text: string): number | undefined {
  let inGroup = 0;
  let at = 0;
  for (; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (char === "\r" || char === "\n") continue;
    if (char === "=") return mistakeOfPadding(text, at, inGroup);
    if (!ALPHABET.test(char)) return at;
    inGroup = (inGroup + 1) % 4;
  }
  return inGroup === 0 ? undefined : at - inGroup;
}

/** Two letters of a group are followed by two `=`, three by one; and nothing follows. */
function mistakeOfPadding(text: string, first: number, inGroup: number): number | undefined {
  if (inGroup < 2) return first;
  let last = first;
  if (inGroup === 2) {
    last = skipBreaks(text, first + 1);
    if (last === text.length) return last;
    if (text[last] !== "=") return last - 1;
  }
  const after = skipBreaks(text, last + 1);
  return after === text.length ? undefined : after;
}

function skipBreaks(text: string, start: number): number {
  let at = start;
  while (text[at] === "\r" || text[at] === "\n") at += 1;
  return at;
}
