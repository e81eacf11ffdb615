import type { Fault } from "../fault.ts";
import { isGeneralStream } from "../tools/rewrite-events.ts";

/** Row 54. */
export const reconnectSendsAgain: Fault = {
  name: "reconnect-sends-again",
  story: "An EventSource that reconnects to the general stream sends its message again.",
  seenIn: "docs/faults.md, row 54",
  caughtBy: ["sse/reconnect", "sse/one-generation"],
  actsIn: ["sse"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        request(request) {
          const { "last-event-id": lastEventId, ...headers } = request.headers;
          if (lastEventId === undefined || !isGeneralStream(request)) return request;
          onApplied();
          return { ...request, headers };
        },
      },
    },
  }),
};
