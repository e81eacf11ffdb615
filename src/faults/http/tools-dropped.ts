import { gatewayRoutes, hmiRoutes, type Route } from "../../contract/routes.ts";
import type { Rewrite } from "../../tap/tap-rewrite.ts";
import type { Fault } from "../fault.ts";
import { rewriteBody, without } from "../tools/rewrite-body.ts";

/** A model that is never told of its tools. */
export const toolsDropped: Fault = {
  name: "tools-dropped",
  story: "Tools are dropped in silence, and the message is answered without them.",
  seenIn: "the contract, section 2: tools 400 not_supported",
  caughtBy: ["http/tools"],
  actsIn: ["http"],
  overrides(onApplied) {
    const dropping = (route: Route): Rewrite =>
      rewriteBody([route], (body) => {
        const left = without(body, (field) => field === "tools");
        if (left !== body) onApplied();
        return left;
      });
    return { wire: { hmi: dropping(hmiRoutes.sendMessage), gateway: dropping(gatewayRoutes.chat) } };
  },
};
