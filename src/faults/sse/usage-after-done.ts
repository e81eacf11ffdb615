import type { Fault } from "../fault.ts";
import { rewriteEvents, streamsWithin } from "../tools/rewrite-events.ts";

/** Row 5, second form. */
export const usageAfterDone: Fault = {
  name: "usage-after-done",
  story: "The usage comes after done, when every client has stopped to listen.",
  seenIn: "docs/faults.md, row 5",
  caughtBy: ["sse/order", "sse/ids", "sse/done", "sse/reconnect"],
  actsIn: ["model-conversation", "sse", "isolation"],
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: rewriteEvents(() => {
        let usage = "";
        return {
          frame({ text, event }) {
            if (event?.type !== "usage") return text;
            onApplied();
            usage = text;
            return "";
          },
          end: () => usage,
        };
      }, streamsWithin(reach)),
    },
  }),
};
