import { ChatRequest } from "../../contract/gateway-schemas.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteBody, type SentBody } from "../tools/rewrite-body.ts";

/** A name that is looked up by itself. */
export const reusedMessageIdReplays: Fault = {
  name: "reused-message-id-replays",
  story: "A message_id that the gateway is sent with another content joins the first one's reply.",
  seenIn: "the contract, section 2: the same message_id with another text is 409 key_reused",
  caughtBy: ["isolation/message-id-reused"],
  actsIn: ["isolation"],
  overrides(onApplied) {
    const first = new Map<unknown, SentBody>();
    return {
      wire: {
        gateway: rewriteBody([gatewayRoutes.chat], (body) => {
          // What is wrong is refused before that.
          if (!ChatRequest.safeParse(body).success) return body;
          const known = first.get(body["message_id"]);
          if (known === undefined) first.set(body["message_id"], body);
          if (known === undefined || known["content"] === body["content"]) return body;
          onApplied();
          return known;
        }),
      },
    };
  },
};
