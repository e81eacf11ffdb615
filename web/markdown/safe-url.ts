declare const checked: unique symbol;

/** An address that a link may lead to; only `safeUrl` makes one. */
export type SafeUrl = string & { readonly [checked]: true };

const ALLOWED_SCHEME = /^(?:https?:\/\/|mailto:)/i;

/** Whitespace, control characters, and format characters such as those that change the direction of text. */
const INVISIBLE = /[\s\p{Cc}\p{Cf}]/u;

/** The address as browsers write it, or undefined where a link must not lead there. */
export function safeUrl(address: string): SafeUrl | undefined {
  if (!ALLOWED_SCHEME.test(address) || INVISIBLE.test(address) || !URL.canParse(address)) return undefined;
  const { href, username, password } = new URL(address);
  // https://bank.example@elsewhere.example leads elsewhere.
  return username === "" && password === "" ? (href as SafeUrl) : undefined;
}
