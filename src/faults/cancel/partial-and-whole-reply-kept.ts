import type { Fault } from "../fault.ts";
import { withReplyMethod } from "../tools/wrap-store.ts";

/** Row 16. */
export const partialAndWholeReplyKept: Fault = {
  name: "partial-and-whole-reply-kept",
  story: "After a cancel the partial reply is kept, and a whole one beside it.",
  seenIn: "docs/faults.md, row 16",
  caughtBy: ["cancel/saved", "persistence/cancelled", "persistence/one-reply"],
  actsIn: ["cancel", "persistence"],
  overrides: (onApplied) => ({
    store: (store) =>
      withReplyMethod(store, "finish", async (messageId, ending) => {
        const isSaved = await store.replies.finish(messageId, ending);
        const found = await store.replies.find(messageId);
        if (ending.status !== "cancelled" || found === undefined) return isSaved;
        onApplied();
        await store.as(found.user).messages.add({
          sessionId: found.reply.session_id,
          role: "assistant",
          messageType: "chat",
          content: `${ending.content} and so on, to the end.`,
          modelName: found.reply.model_name,
          status: "complete",
        });
        return isSaved;
      }),
  }),
};
