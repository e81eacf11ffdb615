import { endOfFirstValue } from "./go-json-syntax.ts";

const HTML = /[<>&\u2028\u2029]/g;

/** JSON as Go's encoding/json writes it: `<`, `>`, `&` and the two Unicode line separators are escaped. */
export function encodeGoJson(value: unknown): string {
  return JSON.stringify(value).replace(HTML, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Reads one JSON value as Go's decoder does: what follows the first value is not looked at. Throws
 * SyntaxError with the decoder's own text; undefined where the text is blank (Go's io.EOF).
 */
export function decodeGoJson(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.slice(0, endOfFirstValue(text)));
  }
}

/** How Go names a JSON value's kind in its errors. */
export function goKind(value: unknown): "string" | "number" | "bool" | "array" | "object" {
  if (typeof value === "string" || typeof value === "number") return typeof value as "string" | "number";
  if (typeof value === "boolean") return "bool";
  return Array.isArray(value) ? "array" : "object";
}
