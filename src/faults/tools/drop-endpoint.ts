import type { Route } from "../../contract/routes.ts";
import type { Rewrite } from "../../tap/tap-rewrite.ts";
import { paramsOf } from "./route-params.ts";

/** A service without this endpoint: it answers 404, in the contract's form. */
export function dropEndpoint(route: Route, onApplied: () => void): Rewrite {
  return {
    answer(request) {
      if (paramsOf(route, request) === undefined) return undefined;
      onApplied();
      const error = { code: "not_found", message: `There is nothing at ${request.path}.` };
      return { status: 404, body: JSON.stringify({ error }) };
    },
  };
}
