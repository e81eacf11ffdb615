import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../tools/rewrite-events.ts";

/** Row 46. */
export const heartbeatWithTextOnly: Fault = {
  name: "heartbeat-with-text-only",
  story: "A heartbeat is sent only when something else is sent anyway, so never in silence.",
  seenIn: "docs/faults.md, row 46",
  caughtBy: ["sse/heartbeat"],
  actsIn: ["cancel", "sse", "isolation", "regenerate", "health"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(() => {
        let held = "";
        return {
          frame({ text, isComment }) {
            if (isComment) {
              onApplied();
              held += text;
              return "";
            }
            const both = held + text;
            held = "";
            return both;
          },
        };
      }),
    },
  }),
};
