/** Who answers at an address, as its headers show, and how it is told to stop holding text back. */

/** An answer's headers, names in lower case. */
interface Answered {
  readonly headers: Readonly<Record<string, string>>;
}

/** Programs that stand before others, by what they say in `Server` or `Via`. */
const PROXIES =
  /nginx|openresty|apache|cloudflare|cloudfront|envoy|haproxy|varnish|traefik|caddy|lighttpd|iis|squid|litespeed|akamai|fastly|tengine|gws|awselb/i;

/** The proxy that an answer came through, by its own word; undefined where none says so. */
export function proxyThatAnswered({ headers: { server, via } }: Answered): string | undefined {
  return [server, via].find((value) => PROXIES.test(value ?? ""));
}

/** A sentence about who holds back, with the headers that show it; empty where none does. */
export function answererOf(
  { hop }: { readonly hop: string },
  { headers }: Answered,
  source: Answered,
): string {
  const { server, via } = headers;
  const name = proxyThatAnswered({ headers });
  const shown = [
    ...(server === undefined ? [] : [`Server: ${server}`]),
    ...(via === undefined ? [] : [`Via: ${via}`]),
    ...(headers["content-encoding"] === undefined
      ? []
      : [`Content-Encoding: ${headers["content-encoding"]}`]),
    ...(headers["content-length"] === undefined ? [] : [`Content-Length: ${headers["content-length"]}`]),
    ...bufferingWords(headers["x-accel-buffering"], source.headers["x-accel-buffering"]),
  ];
  if (name === undefined && hop !== "proxy" && headers["content-encoding"] === undefined) return "";
  const who = name === undefined ? "Its answer shows" : `It is a buffering proxy, ${name}`;
  if (shown.length === 0) return "No header of its answer shows what it is.";
  return name === undefined ? `${who} ${shown.join(", ")}.` : `${who} (${shown.join(", ")}).`;
}

function bufferingWords(here: string | undefined, behind: string | undefined): string[] {
  if (here !== undefined) return [`X-Accel-Buffering: ${here}`];
  return [behind === undefined ? "X-Accel-Buffering missing, also behind it" : "X-Accel-Buffering missing"];
}

/** What to do about it. */
export function stopBuffering({ headers }: Answered): string {
  if (headers["content-encoding"] !== undefined) {
    return `turn compression off there for ${streamTypeIn(headers)}: it waits for more to compress`;
  }
  if (/nginx|openresty|tengine/i.test(headers["server"] ?? "")) {
    return "proxy_buffering off; in nginx for the streams' location, and no proxy_ignore_headers X-Accel-Buffering";
  }
  return `turn response buffering off there for ${streamTypeIn(headers)}`;
}

/** `application/x-ndjson`, as such a setting names it; for a stream that does not say, in words. */
function streamTypeIn(headers: Answered["headers"]): string {
  return headers["content-type"]?.split(";")[0]?.trim() || "streamed replies";
}
