import type { Fault } from "../fault.ts";
import { rewriteEvents, streamsWithin } from "../rewrite-events.ts";

/** Row 30. */
export const lineBreakEndsFrame: Fault = {
  name: "line-break-ends-frame",
  story: "A line break of the text is written as it is, so that a blank line in it ends the event.",
  seenIn: "danny-avila/LibreChat#4820",
  caughtBy: ["sse/text"],
  actsIn: ["sse"],
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: rewriteEvents(
        () => ({
          frame({ text, event }) {
            if (event?.type !== "token" || !event.content.includes("\n\n")) return text;
            onApplied();
            return text.replaceAll("\\n", "\n");
          },
        }),
        streamsWithin(reach),
      ),
    },
  }),
};
