import type { Fault } from "../fault.ts";
import { rewriteEvents, streamsWithin } from "../rewrite-events.ts";

/** Row 5, third form. */
export const usageMalformed: Fault = {
  name: "usage-malformed",
  story: "The usage lacks its total, and the counts are text.",
  seenIn: "docs/faults.md, row 5",
  caughtBy: ["sse/schema", "sse/order", "sse/usage"],
  actsIn: ["model-conversation", "sse", "isolation"],
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: rewriteEvents(
        () => ({
          frame({ text, event }) {
            if (event?.type !== "usage") return text;
            onApplied();
            return text
              .replace(/"(prompt|completion)_tokens":(\d+)/g, '"$1_tokens":"$2"')
              .replace(/,"total_tokens":\d+/, "");
          },
        }),
        streamsWithin(reach),
      ),
    },
  }),
};
