import type { Fault } from "../fault.ts";
import { changeEndingAfterReaderLeft } from "../tools/change-ending-after-reader-left.ts";

/** Row 51. */
export const disconnectLosesPartialReply: Fault = {
  name: "disconnect-loses-partial-reply",
  story: "Where the reader left in mid-reply, the reply ends as interrupted, and its text is gone.",
  seenIn: "docs/faults.md, row 51",
  caughtBy: ["persistence/reader-left", "drill/hmi-saved", "drill/hmi-shown"],
  actsIn: ["persistence", "drill"],
  overrides: (onApplied) =>
    changeEndingAfterReaderLeft(async (store, messageId, ending) => {
      onApplied();
      const lost = { content: "", status: "interrupted", finishReason: "error" } as const;
      await store.replies.finish(messageId, { ...ending, ...lost });
    }),
};
