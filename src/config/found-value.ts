/** A value of a configuration, as a message names it: `the text "5s"`, `the number 99999`, `a list`. */
export function found(value: unknown, path: readonly PropertyKey[]): string {
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

/** Names whose values may hold a password or a token, themselves or below them. */
const SECRET = /token$|^(?:webhook_url|env|headers)$/;
/** Settings that are secrets by no word of their name, and what stands below them. `store.path` is no such address. */
const SECRET_SETTINGS = /^(?:contract\.store|store\.url|engine\.api_key|auth\.users(?:\..*)?)$/s;

/**
 * Whether a value may be a secret, by its name or because it is a URL with a password. Messages end up in logs and
 * issues, where such a value is not repeated.
 */
export function isSecret(text: string, path: readonly PropertyKey[]): boolean {
  const names = path.map(String);
  if (SECRET_SETTINGS.test(names.join(".")) || names.some((name) => SECRET.test(name))) return true;
  return /:\/\/[^/\s]*@/.test(text);
}
