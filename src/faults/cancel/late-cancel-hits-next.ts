import { gatewayRoutes, hmiRoutes, type Route } from "../../contract/routes.ts";
import type { Rewrite } from "../../tap/tap-rewrite.ts";
import type { Fault } from "../fault.ts";
import { rewriteBody, without } from "../tools/rewrite-body.ts";

/** A cancel that means a conversation. */
export const lateCancelHitsNext: Fault = {
  name: "late-cancel-hits-next",
  story: "Which reply a cancel means is not looked at, so that a late one ends the next.",
  seenIn: "the contract, section 2: idle where another reply than message_id runs",
  caughtBy: ["cancel/late"],
  actsIn: ["cancel", "persistence", "regenerate", "limits"],
  overrides: (onApplied) => {
    const forgetting = (route: Route): Rewrite =>
      rewriteBody([route], (body) => {
        const left = without(body, (field) => field === "message_id");
        if (left !== body) onApplied();
        return left;
      });
    return { wire: { hmi: forgetting(hmiRoutes.cancel), gateway: forgetting(gatewayRoutes.cancel) } };
  },
};
