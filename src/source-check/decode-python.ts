/** The text of a Python file; or why it has none, with the line where that shows. */
export type Decoded =
  | { readonly text: string }
  | { readonly text: null; readonly line: number | null; readonly reason: string };

/** PEP 263: a comment in one of the first two lines names the encoding; else it is UTF-8. */
const ENCODING = /^(?:[ \t\f]*(?:#[^\n]*)?\r?\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)/;

/** Turns the bytes of a Python file into text, by the encoding that the file names. */
export function decodePython(bytes: Uint8Array): Decoded {
  const named = ENCODING.exec(new TextDecoder("latin1").decode(bytes.subarray(0, 1000)))?.[1] ?? "utf-8";
  const encoding = webName(named);
  if (encoding === undefined) {
    return { text: null, line: null, reason: `its encoding is ${named}, which is not known here` };
  }
  const text = new TextDecoder(encoding).decode(bytes);
  const zero = text.indexOf("\0");
  if (zero >= 0) return { text: null, line: lineAt(text, zero), reason: "it has a zero byte" };
  if (!text.includes(REPLACED) || isWhole(bytes, encoding)) return { text };
  return { text: null, line: lineAt(text, text.indexOf(REPLACED)), reason: `it is not ${encoding} text` };
}

/** What the decoder writes for bytes that are no text; also a character of its own. */
const REPLACED = "\uFFFD";

/** Python writes `latin-1` and `utf_8` where the web platform writes `latin1` and `utf-8`. */
function webName(encoding: string): string | undefined {
  const label = encoding
    .toLowerCase()
    .replaceAll("_", "-")
    .replace(/^utf-8-.*/, "utf-8")
    .replace(/^latin-(?=\d)/, "latin");
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

function isWhole(bytes: Uint8Array, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
