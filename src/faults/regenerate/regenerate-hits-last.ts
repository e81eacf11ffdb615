import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteBody, without } from "../tools/rewrite-body.ts";

/** Row 59. */
export const regenerateHitsLast: Fault = {
  name: "regenerate-hits-last",
  story: "Whichever reply is to be made again, it is the last one that is replaced.",
  seenIn: "ggozad/oterm#116",
  caughtBy: ["regenerate/named"],
  actsIn: ["regenerate"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteBody([hmiRoutes.regenerate], (body) => {
        const left = without(body, (field) => field === "message_id");
        if (left !== body) onApplied();
        return left;
      }),
    },
  }),
};
