import type { Fault } from "../fault.ts";
import { rewriteEvents, streamsWithin } from "../rewrite-events.ts";

/** Row 1. */
export const doneMissing: Fault = {
  name: "done-missing",
  story: "A reply's stream ends without done.",
  seenIn: "danny-avila/LibreChat#1270",
  caughtBy: ["sse/order", "sse/done", "sse/reconnect"],
  actsIn: ["model-conversation", "sse", "isolation"],
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: rewriteEvents(
        () => ({
          frame({ text, event }) {
            if (event?.type !== "done") return text;
            onApplied();
            return "";
          },
        }),
        streamsWithin(reach),
      ),
    },
  }),
};
