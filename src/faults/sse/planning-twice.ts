import type { Fault } from "../fault.ts";
import { rewriteEvents, streamsWithin } from "../rewrite-events.ts";

/** Row 3. */
export const planningTwice: Fault = {
  name: "planning-twice",
  story: "The event planning is sent again before the engine is asked, as after a retry.",
  seenIn: "docs/faults.md, row 3",
  caughtBy: ["sse/order", "sse/ids"],
  actsIn: ["model-conversation", "sse", "isolation"],
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: rewriteEvents(
        () => ({
          frame({ text, event }) {
            if (event?.type !== "status_update" || event.status !== "planning") return text;
            onApplied();
            return text + text;
          },
        }),
        streamsWithin(reach),
      ),
    },
  }),
};
