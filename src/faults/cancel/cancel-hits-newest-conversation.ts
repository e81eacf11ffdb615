import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** Row 14. */
export const cancelHitsNewestConversation: Fault = {
  name: "cancel-hits-newest-conversation",
  story: "A cancel ends whichever reply began last, in whatever conversation that is.",
  seenIn: "docs/faults.md, row 14",
  caughtBy: ["cancel/only-its-own"],
  actsIn: ["cancel"],
  overrides(onApplied) {
    /** Conversations that were sent a message, the last of them last. */
    const sent: string[] = [];
    return {
      wire: {
        hmi: {
          request(request) {
            const isSent = paramsOf(hmiRoutes.sendMessage, request) !== undefined;
            const to = isSent ? sessionIn(request.body) : undefined;
            if (to !== undefined) sent.push(to);
            const [meant] = paramsOf(hmiRoutes.cancel, request) ?? [];
            const newest = sent.at(-1);
            if (meant === undefined || newest === undefined || newest === meant || !sent.includes(meant)) {
              return request;
            }
            onApplied();
            return { ...request, path: hmiRoutes.cancel.path({ session_id: newest }) };
          },
        },
      },
    };
  },
};

function sessionIn(body: Buffer): string | undefined {
  return /"session_id":\s*"([^"]+)"/.exec(body.toString("utf8"))?.[1];
}
