import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../tools/rewrite-events.ts";

/** Row 2. */
export const doneMissingAfterEmptyReply: Fault = {
  name: "done-missing-after-empty-reply",
  story: "The event done goes out with the last piece of text, so that a reply without any has no done.",
  seenIn: "docs/faults.md, row 2",
  caughtBy: ["sse/order", "sse/done", "limits/empty-reply"],
  actsIn: ["sse", "limits"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(() => {
        let isEmpty = false;
        return {
          frame({ text, event }) {
            isEmpty ||= event?.type === "error" && event.code === "empty_reply";
            if (event?.type !== "done" || !isEmpty) return text;
            onApplied();
            return "";
          },
        };
      }),
    },
  }),
};
