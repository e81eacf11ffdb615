import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteAnswers } from "../tools/rewrite-answers.ts";
import { paramsOf } from "../tools/route-params.ts";

/** Looks like a quiet day. */
export const metricsFrozen: Fault = {
  name: "metrics-frozen",
  story: "The gateway's /metrics is made once and then answered from a cache.",
  seenIn: "the contract, section 2",
  caughtBy: ["health/metrics-count"],
  actsIn: ["health"],
  overrides(onApplied) {
    let first: string | undefined;
    return {
      wire: {
        gateway: rewriteAnswers(({ request }) => {
          if (paramsOf(gatewayRoutes.metrics, request) === undefined) return undefined;
          return {
            text(text) {
              if (first !== undefined) onApplied();
              first ??= text;
              return first;
            },
          };
        }),
      },
    };
  },
};
