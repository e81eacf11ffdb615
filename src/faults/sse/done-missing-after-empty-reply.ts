import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../rewrite-events.ts";

/** Row 2. */
export const doneMissingAfterEmptyReply: Fault = {
  name: "done-missing-after-empty-reply",
  story: "The event done goes out with the last piece of text, so that a reply without any has no done.",
  seenIn: "docs/faults.md, row 2",
  caughtBy: ["sse/order", "sse/done"],
  actsIn: ["sse"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(() => {
        let isEmpty = true;
        return {
          frame({ text, event }) {
            if (event?.type === "token") isEmpty = false;
            if (event?.type !== "done" || event.finish_reason !== "stop" || !isEmpty) return text;
            onApplied();
            return "";
          },
        };
      }),
    },
  }),
};
