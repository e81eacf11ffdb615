import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../rewrite-events.ts";

/** S12. */
export const noHeartbeat: Fault = {
  name: "no-heartbeat",
  story: "A silent stream stays silent: no comment is ever sent.",
  seenIn: `the seeds, known gaps: "Gateway doesn't emit :keep-alive events"`,
  caughtBy: ["sse/heartbeat"],
  actsIn: ["cancel", "sse", "isolation", "regenerate", "health"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(() => ({
        frame({ text, isComment }) {
          if (!isComment) return text;
          onApplied();
          return "";
        },
      })),
    },
  }),
};
