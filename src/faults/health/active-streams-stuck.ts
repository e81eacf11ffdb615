import { Health } from "../../contract/common-schemas.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteJson } from "../tools/rewrite-json.ts";

/** What a slot that leaks (row 19) looks like from outside. */
export const activeStreamsStuck: Fault = {
  name: "active-streams-stuck",
  story: "The gateway's count of active streams rises with each and never falls.",
  seenIn: "BerriAI/litellm#27955",
  caughtBy: ["health/active-streams"],
  actsIn: ["health", "drill"],
  overrides(onApplied) {
    let most = 0;
    return {
      wire: {
        gateway: rewriteJson(gatewayRoutes.health, Health, (health) => {
          most = Math.max(most, health.active_streams);
          if (most > health.active_streams) onApplied();
          return { ...health, active_streams: most };
        }),
      },
    };
  },
};
