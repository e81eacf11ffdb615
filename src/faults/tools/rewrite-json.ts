import type { Route } from "../../contract/routes.ts";
import type { Rewrite } from "../../tap/tap-rewrite.ts";
import { rewriteAnswers } from "./rewrite-answers.ts";
import { paramsOf } from "./route-params.ts";

/** Changes the JSON that a service answers at one endpoint with 200. */
export function rewriteJson<Body>(
  route: Route,
  schema: { parse(body: unknown): Body },
  change: (body: Body) => object,
): Rewrite {
  return rewriteAnswers(({ request, status }) => {
    if (status !== 200 || paramsOf(route, request) === undefined) return undefined;
    return { text: (text) => JSON.stringify(change(schema.parse(JSON.parse(text)))) };
  });
}
