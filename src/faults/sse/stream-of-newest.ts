import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** A stream that means a conversation. */
export const streamOfNewest: Fault = {
  name: "stream-of-newest",
  story: "Whichever reply a stream is asked for, it is the conversation's newest.",
  seenIn: "the contract, section 3: GET /api/chat/stream/{session_id}?message_id=",
  caughtBy: ["sse/named-stream"],
  actsIn: ["sse"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        request(request) {
          const isNamed =
            paramsOf(hmiRoutes.stream, request) !== undefined && request.path.includes("message_id=");
          if (!isNamed) return request;
          onApplied();
          return { ...request, path: request.path.replace(/message_id=[^&]*/, "") };
        },
      },
    },
  }),
};
