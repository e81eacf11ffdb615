import { hmiRoutes } from "../../contract/routes.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** Row 18. */
export const deletedConversationGeneratesOn: Fault = {
  name: "deleted-conversation-generates-on",
  story: "Deleting a conversation does not cancel its reply: the engine works on until nobody is missed.",
  seenIn: "open-webui/open-webui#9014",
  caughtBy: ["cancel/deleted"],
  actsIn: ["cancel"],
  overrides(onApplied) {
    const deleted = new Set<string>();
    return {
      wire: {
        hmi: {
          request(request) {
            const [sessionId] = paramsOf(hmiRoutes.deleteSession, request) ?? [];
            if (sessionId !== undefined) deleted.add(sessionId);
            return request;
          },
        },
      },
      gateway: (client) => ({
        ...client,
        async cancel(sessionId, options) {
          if (!deleted.has(sessionId)) return await client.cancel(sessionId, options);
          onApplied();
          throw new WireError("gateway_unavailable", "The cancel of a deleted conversation is not sent.");
        },
      }),
    };
  },
};
