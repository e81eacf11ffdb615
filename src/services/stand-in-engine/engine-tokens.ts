// A word with the space before it, as byte-pair tokenisers cut; long words and runs of signs in pieces.
// Every alternative takes whole code points, and together they take everything.
const TOKEN =
  /[^\S\n]?[\p{L}\p{M}]{1,10}|[^\S\n]?\p{N}{1,3}|[^\S\n]?[^\s\p{L}\p{M}\p{N}]{1,4}|\n+|[^\S\n]+(?!\S)/gu;

/** The tokens of a text, in order; put together they are exactly the text. */
export function* tokensOf(text: string): Generator<string> {
  for (const [token] of text.matchAll(TOKEN)) yield token;
}

/** How many tokens a text has. */
export function countTokens(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(TOKEN)) count += 1;
  return count;
}

/** A number that stands for a token in `context`, the same for the same token. */
export function tokenId(token: string): number {
  let hash = 0;
  for (let at = 0; at < token.length; at += 1) hash = (hash * 31 + token.charCodeAt(at)) % VOCABULARY;
  return hash;
}

/** Llama 3.1's, for ids of a size that clients are used to. */
const VOCABULARY = 128_256;
