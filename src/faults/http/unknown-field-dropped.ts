import { ChatRequest } from "../../contract/gateway-schemas.ts";
import { SendMessage } from "../../contract/hmi-schemas.ts";
import { gatewayRoutes, hmiRoutes, type Route } from "../../contract/routes.ts";
import type { Rewrite } from "../../tap/tap-rewrite.ts";
import type { Fault } from "../fault.ts";
import { rewriteBody, without } from "../tools/rewrite-body.ts";

/** A body of which what is known is taken. */
export const unknownFieldDropped: Fault = {
  name: "unknown-field-dropped",
  story: "A field that the contract does not know is dropped in silence.",
  seenIn: "the contract: a request body is strict",
  caughtBy: ["http/unknown-fields"],
  actsIn: ["http"],
  overrides(onApplied) {
    const knowing = (route: Route, fields: object): Rewrite =>
      rewriteBody([route], (body) => {
        const left = without(body, (field) => !(field in fields));
        if (left !== body) onApplied();
        return left;
      });
    return {
      wire: {
        hmi: knowing(hmiRoutes.sendMessage, SendMessage.shape),
        gateway: knowing(gatewayRoutes.chat, ChatRequest.shape),
      },
    };
  },
};
