import type { Route } from "../../contract/routes.ts";
import type { TappedRequest } from "../../tap/tap-rewrite.ts";

/** The path's parameters, where a request is for this endpoint; else undefined. */
export function paramsOf(route: Route, { method, path }: TappedRequest): readonly string[] | undefined {
  if (method !== route.method) return undefined;
  const pattern = new RegExp(`^${route.pattern.replace(/:\w+/g, "([^/]+)")}$`);
  return pattern
    .exec(path.split("?", 1)[0] ?? "")
    ?.slice(1)
    .map(decodeURIComponent);
}
