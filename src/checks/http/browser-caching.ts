type Headers = Readonly<Record<string, string>>;

/**
 * Whether browsers revalidate it at every visit, so that a change is seen. Where nobody says a word of caching they
 * guess by `Last-Modified`; without that they ask (RFC 9111, section 4.2.2).
 */
export function isRevalidated(headers: Headers): boolean {
  const cache = headers["cache-control"] ?? "";
  if (/\b(?:no-store|no-cache|max-age=0)\b/.test(cache)) return true;
  return !isToldToKeep(headers) && headers["last-modified"] === undefined;
}

/** Whether browsers are told for how long they may keep it, and need not guess. */
export function isToldToKeep(headers: Headers): boolean {
  return /\bmax-age=\d/.test(headers["cache-control"] ?? "") || headers["expires"] !== undefined;
}

/** What an answer says of it. */
export function cachingInWords(headers: Headers): string {
  const cache = headers["cache-control"];
  if (cache !== undefined) return `Cache-Control: ${cache}`;
  const modified = headers["last-modified"];
  if (modified === undefined) return "no Cache-Control";
  return `no Cache-Control, Last-Modified: ${modified}${guessInWords(headers, modified)}`;
}

/** The part of its age for which browsers keep what nobody says a word of (RFC 9111, section 4.2.2). */
const GUESSED_SHARE = 0.1;

function guessInWords({ date }: Headers, modified: string): string {
  const seconds = Math.round(((Date.parse(date ?? "") - Date.parse(modified)) / 1000) * GUESSED_SHARE);
  if (!(seconds > 0)) return "";
  const time = seconds < 7_200 ? `${seconds} s` : `${Math.round(seconds / 3600)} h`;
  return `: browsers may keep it for ${time}, a tenth of its age`;
}
