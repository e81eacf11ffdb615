import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** Row S10. */
export const cancelEndpointMissing: Fault = {
  name: "cancel-endpoint-missing",
  story: "The gateway has no cancel endpoint: it answers 404, and the engine works on.",
  seenIn: "docs/faults.md, row S10",
  caughtBy: [
    "cancel/mid-reply",
    "cancel/before-first-token",
    "cancel/silence",
    "cancel/deleted",
    "cancel/gateway",
    "cancel/late",
  ],
  actsIn: ["cancel", "persistence", "isolation", "regenerate", "limits"],
  overrides: (onApplied) => ({
    wire: {
      gateway: {
        answer(request) {
          // What comes from a foreign page is refused before anybody looks for an endpoint.
          const isForeign = request.headers.origin !== undefined;
          if (isForeign || paramsOf(gatewayRoutes.cancel, request) === undefined) return undefined;
          onApplied();
          const error = { code: "not_found", message: `There is nothing at ${request.path}.` };
          return { status: 404, body: JSON.stringify({ error }) };
        },
      },
    },
  }),
};
