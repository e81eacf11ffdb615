/**
 * What a tap asks its upstream for, by the request target that it was sent; undefined where that is none that a
 * server takes. Never more than a path: where everything goes is settled when the tap starts, and nothing that a
 * client writes (`//host/x`, `/\host`, `http://host/x`) leads elsewhere. The bytes stay as they are.
 *
 * @param basePath the upstream's own path, without a slash at its end; empty for none
 */
export function upstreamTarget(target: string, basePath: string): string | undefined {
  if (target.startsWith("/")) return `${basePath}${target}`;
  // About the server as a whole (RFC 9112, section 3.2.4).
  if (target === "*") return target;
  const [, rest] = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*(.*)$/is.exec(target) ?? [];
  if (rest === undefined) return undefined;
  return `${basePath}${rest.startsWith("/") ? "" : "/"}${rest}`;
}
