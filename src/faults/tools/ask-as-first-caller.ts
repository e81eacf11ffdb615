import type { Route } from "../../contract/routes.ts";
import type { Rewrite } from "../../tap/tap-rewrite.ts";
import { paramsOf } from "./route-params.ts";

/** Asks these endpoints as whoever called first, which is the services' own token or a check's own: nobody looks who calls. */
export function askAsFirstCaller(routes: readonly Route[], onApplied: () => void): Rewrite {
  let first: string | undefined;
  return {
    request(request) {
      const { authorization } = request.headers;
      first ??= authorization;
      const isMeant = routes.some((route) => paramsOf(route, request) !== undefined);
      if (!isMeant || first === undefined || authorization === first) return request;
      onApplied();
      return { ...request, headers: { ...request.headers, authorization: first } };
    },
  };
}
