import { isSecret } from "./secret-settings.ts";

/** A value of a configuration, as a message names it: `the text "5s"`, `the number 99999`, `a list`. */
export function foundValue(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "settings by name";
  if (typeof value !== "string") return typeof value === "number" ? `the number ${value}` : String(value);
  if (value === "") return "an empty text";
  return isSecret(value, path) ? "another text" : `the text ${JSON.stringify(shortened(value))}`;
}

const LONGEST = 60;

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
