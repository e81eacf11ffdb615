import type { Fault } from "../fault.ts";
import { rewriteEvents, streamsWithin } from "../rewrite-events.ts";

/** The first edition's streams. */
export const startedMissing: Fault = {
  name: "started-missing",
  story: "The stream of the one call that sends and streams does not say which reply it is.",
  seenIn: "the contract, section 1: started, always first, on every stream",
  caughtBy: ["sse/started"],
  actsIn: ["model-conversation", "sse", "isolation"],
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: rewriteEvents(
        () => ({
          frame(frame) {
            if (frame.event?.type !== "started") return frame.text;
            onApplied();
            return "";
          },
        }),
        streamsWithin(reach),
      ),
    },
  }),
};
