import { ChatRequest } from "../../contract/gateway-schemas.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** Row 27, at the gateway. */
export const messageIdForgotten: Fault = {
  name: "message-id-forgotten",
  story: "A message_id that the gateway is sent again starts a second generation.",
  seenIn: "docs/faults.md, row 27",
  caughtBy: ["isolation/same-message-id", "isolation/message-id-reused"],
  actsIn: ["isolation"],
  overrides(onApplied) {
    const known = new Set<string>();
    return {
      wire: {
        gateway: {
          request(request) {
            const isBack = request.headers["last-event-id"] !== undefined;
            if (paramsOf(gatewayRoutes.chat, request) === undefined || isBack) return request;
            const { data } = ChatRequest.safeParse(JSON.parse(request.body.toString("utf8")));
            if (data === undefined) return request;
            if (!known.has(data.message_id)) {
              known.add(data.message_id);
              return request;
            }
            onApplied();
            const again = { session_id: `${data.session_id}-2`, message_id: `${data.message_id}-2` };
            return { ...request, body: Buffer.from(JSON.stringify({ ...data, ...again })) };
          },
        },
      },
    };
  },
};
