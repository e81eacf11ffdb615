import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** The health endpoint that most services begin with. */
export const healthSaysOkOnly: Fault = {
  name: "health-says-ok-only",
  story: "The HMI's /health answers {status: ok}, whatever happens, and nothing else.",
  seenIn: "the seed of the gateway session: the services' health checks",
  caughtBy: ["health/report", "health/truth", "health/active-streams"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        answer(request) {
          if (paramsOf(hmiRoutes.health, request) === undefined) return undefined;
          onApplied();
          return { status: 200, body: JSON.stringify({ status: "ok" }) };
        },
      },
    },
  }),
};
