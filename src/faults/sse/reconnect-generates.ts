import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";

/** Row 35. */
export const reconnectGenerates: Fault = {
  name: "reconnect-generates",
  story: "A reader that comes back to the gateway starts the same reply anew, and the engine works twice.",
  seenIn: "obot-platform/obot#1857",
  caughtBy: ["sse/reconnect", "sse/one-generation"],
  actsIn: ["sse"],
  overrides: (onApplied) => ({
    wire: {
      gateway: {
        request(request) {
          const { "last-event-id": lastEventId, ...headers } = request.headers;
          if (lastEventId === undefined || request.path !== gatewayRoutes.chat.pattern) return request;
          onApplied();
          const body = JSON.parse(request.body.toString());
          const mark = crypto.randomUUID();
          const names = {
            session_id: `${body.session_id}-${mark}`,
            message_id: `${body.message_id}-${mark}`,
          };
          const anew = { ...body, ...names };
          return { ...request, headers, body: Buffer.from(JSON.stringify(anew)) };
        },
      },
    },
  }),
};
