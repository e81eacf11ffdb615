import { isSecretName } from "../text/secret-names.ts";

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
  if (names.join(".").startsWith(LOGIN)) return isSecretOfLogin(text, names);
  if (SECRET_SETTINGS.test(names.join(".")) || names.some((name) => SECRET.test(name))) return true;
  return /:\/\/[^/\s]*@/.test(text);
}

/** A login is described by places and placeholders; what stands there in place of one may be somebody's password. */
const LOGIN = "contract.wire.login.";

function isSecretOfLogin(text: string, names: readonly string[]): boolean {
  if (names.includes("told") || /\{[\w.]+\}/.test(text)) return false;
  return names.includes("headers") || isSecretName(names.at(-1) ?? "");
}
