import type { Fault } from "../fault.ts";
import { handleLeftReplies, interruptReply } from "../tools/handle-left-replies.ts";

export const leftReplyLosesText: Fault = {
  name: "left-reply-loses-text",
  story:
    "An HMI that starts ends what an earlier one left as interrupted, and without the text that was saved of it.",
  seenIn: "the contract, section 1: where the gateway has none, the row is interrupted with what was saved",
  caughtBy: ["drill/hmi-saved"],
  actsIn: ["drill"],
  overrides: (onApplied) => ({
    store: (store) =>
      handleLeftReplies(store, async (left) => {
        onApplied();
        await interruptReply(store, left, "");
      }),
  }),
};
