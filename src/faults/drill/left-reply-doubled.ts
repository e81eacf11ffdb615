import type { Fault } from "../fault.ts";
import { handleLeftReplies, interruptReply } from "../tools/handle-left-replies.ts";

export const leftReplyDoubled: Fault = {
  name: "left-reply-doubled",
  story:
    "An HMI that starts writes the reply that an earlier one left into a row of its own, beside the old one.",
  seenIn: "the contract, section 1: a `streaming` row has one owner, and the next HMI takes it over",
  caughtBy: ["drill/hmi-once"],
  actsIn: ["drill"],
  overrides: (onApplied) => ({
    store: (store) =>
      handleLeftReplies(store, async (left) => {
        onApplied();
        const { user, reply } = left;
        await interruptReply(store, left, reply.content);
        await store.as(user).messages.add({
          sessionId: reply.session_id,
          role: "assistant",
          messageType: "chat",
          content: reply.content,
          modelName: reply.model_name,
          status: "interrupted",
        });
      }),
  }),
};
