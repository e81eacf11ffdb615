import type { Fault } from "../fault.ts";
import { rewriteEvents, streamsWithin } from "../rewrite-events.ts";

/** Row 5, first form. */
export const usageTwice: Fault = {
  name: "usage-twice",
  story: "The usage is sent twice before done, so that a client that adds up counts double.",
  seenIn: "docs/faults.md, row 5",
  caughtBy: ["sse/order", "sse/ids"],
  actsIn: ["model-conversation", "sse", "isolation"],
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: rewriteEvents(
        () => ({
          frame({ text, event }) {
            if (event?.type !== "usage") return text;
            onApplied();
            return text + text;
          },
        }),
        streamsWithin(reach),
      ),
    },
  }),
};
