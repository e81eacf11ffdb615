import type { Fault } from "../fault.ts";
import { whereReadersLeft } from "../left-readers.ts";

/** Row 51. */
export const disconnectLosesPartialReply: Fault = {
  name: "disconnect-loses-partial-reply",
  story: "Where the reader left in mid-reply, the reply ends as interrupted, and its text is gone.",
  seenIn: "docs/faults.md, row 51",
  caughtBy: ["persistence/reader-left", "drill/hmi-saved", "drill/hmi-shown"],
  actsIn: ["persistence", "drill"],
  overrides: (onApplied) =>
    whereReadersLeft(async (store, messageId, ending) => {
      onApplied();
      const lost = { content: "", status: "interrupted", finishReason: "error" } as const;
      await store.replies.finish(messageId, { ...ending, ...lost });
    }),
};
