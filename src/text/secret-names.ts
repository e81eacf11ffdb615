/** What stands where a secret was. */
export const HIDDEN = "…";

/** Names of what nobody else may know, in any spelling: of variables, fields, headers. */
const SECRET = /token|jwt|secret|passw|passphrase|credential|authorization|(?:api|access|private)[_-]?key/i;

/** How many tokens a model has read or written is no secret: `max_tokens`, `x-ratelimit-remaining-tokens`. */
const TOKEN_COUNT = /(?:max|min|prompt|completion|input|output|total|remaining|limit|reset)[_-]?tokens/gi;

/** A header of which the name ends so is a key to a service, unless it is one of these. */
const KEY = /key$/i;
const HARMLESS_KEY = /(?:idempotency|websocket|cache|sort|primary)[_-]?key$/i;

/** Fields that hold a secret only in a query: the code of a login, the signature of an address that was given away. */
const SECRET_IN_QUERY = /^(?:code|sig|signature|auth)$/i;

/** Whether a variable, or a field of a body, of this name may hold a secret. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name.replace(TOKEN_COUNT, ""));
}

/** Headers that are secrets by no word of their name; the key by which copies of our services call each other is one. */
const SECRET_HEADER = /cookie|^x-stack-writer$/i;

/** Headers that only speak of secrets: `access-control-allow-credentials`. */
const HARMLESS_HEADER = /^access-control-/i;

/** Whether a header of this name may hold a secret. */
export function isSecretHeader(name: string): boolean {
  if (HARMLESS_HEADER.test(name)) return false;
  return isSecretName(name) || SECRET_HEADER.test(name) || isKeyName(name);
}

/** Whether a field of a query, or of a form, may hold a secret: `?key=` is how some services take theirs. */
export function isSecretField(name: string): boolean {
  return isSecretName(name) || isKeyName(name) || SECRET_IN_QUERY.test(name);
}

function isKeyName(name: string): boolean {
  return KEY.test(name) && !HARMLESS_KEY.test(name);
}

/** Makes what is shown of a secret. */
type Hide = (secret: string) => string;

const hidden: Hide = () => HIDDEN;

/** A header's value as it may be shown: of a secret one, its scheme (`Bearer …`) or the names of its cookies are left. */
export function withoutSecretHeader(name: string, value: string, hide: Hide = hidden): string {
  if (!isSecretHeader(name)) return value;
  if (/^cookie$/i.test(name)) {
    return value.replace(
      /(\s*[^=;\s]+=)?([^;]+)/g,
      (_, cookie: string | undefined, secret: string) => `${cookie ?? ""}${hide(secret)}`,
    );
  }
  const [scheme] = (/authorization$/i.test(name) && /^[A-Za-z]+ (?=\S)/.exec(value)) || [""];
  return `${scheme}${hide(value.slice(scheme.length))}`;
}

/** A path, an address, or a text with addresses in it, without the secrets in their queries. */
export function withoutSecretQuery(text: string, hide: Hide = hidden): string {
  return text.replace(
    /([?&])([^=&?\s]{1,100})=([^&#\s]*)/g,
    (whole, mark: string, name: string, value: string) =>
      isSecretField(decoded(name)) ? `${mark}${name}=${hide(value)}` : whole,
  );
}

/** A form's fields, `a=1&b=2`, without the secrets among them. */
export function withoutSecretForm(text: string, hide?: Hide): string {
  return withoutSecretQuery(`?${text}`, hide).slice(1);
}

/** JSON, or a text with JSON in it, without the texts of its secret fields. */
export function withoutSecretJson(text: string, hide: Hide = hidden): string {
  return text.replace(
    /("([^"\\]{1,100})"\s*:\s*)"([^"\\]*(?:\\.[^"\\]*)*)"/g,
    (whole, head: string, name: string, value: string) =>
      isSecretName(name) ? `${head}"${hide(value)}"` : whole,
  );
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
