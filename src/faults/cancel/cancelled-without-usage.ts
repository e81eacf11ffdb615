import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../tools/rewrite-events.ts";

/** The ending of a cancelled stream, one event short. */
export const cancelledWithoutUsage: Fault = {
  name: "cancelled-without-usage",
  story: "A cancelled stream ends without its usage, which a client may wait for.",
  seenIn: "the contract, section 1: usage exactly once, directly before done, also after a cancel",
  caughtBy: ["cancel/ending"],
  alsoStops: ["cancel/usage"],
  actsIn: ["cancel", "persistence", "regenerate"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(() => {
        let isCancelled = false;
        return {
          frame({ event, text }) {
            isCancelled ||= event?.type === "status_update" && event.status === "cancelled";
            if (!isCancelled || event?.type !== "usage") return text;
            onApplied();
            return "";
          },
        };
      }),
    },
  }),
};
