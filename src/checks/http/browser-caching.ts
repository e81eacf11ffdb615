type Headers = Readonly<Record<string, string>>;

/**
 * Whether browsers revalidate it at every visit, so that a change is seen. Where nobody says a word of caching they
 * guess by `Last-Modified`; without that they ask (RFC 9111, section 4.2.2).
 */
export function isRevalidated(headers: Headers): boolean {
  const cache = headers["cache-control"] ?? "";
  if (/\b(?:no-store|no-cache|max-age=0)\b/.test(cache)) return true;
  const isTold = /\bmax-age=\d/.test(cache) || headers["expires"] !== undefined;
  return !isTold && headers["last-modified"] === undefined;
}

/** What an answer says of it. */
export function cachingInWords(headers: Headers): string {
  const cache = headers["cache-control"];
  if (cache !== undefined) return `Cache-Control: ${cache}`;
  const modified = headers["last-modified"];
  return `no Cache-Control${modified === undefined ? "" : `, Last-Modified: ${modified}`}`;
}
