import type { Fault } from "../fault.ts";
import { withMethod } from "../wrap-store.ts";

/** Row 16. */
export const partialAndWholeReplyKept: Fault = {
  name: "partial-and-whole-reply-kept",
  story: "After a cancel the partial reply is kept, and a whole one beside it.",
  seenIn: "docs/faults.md, row 16",
  caughtBy: ["cancel/saved", "persistence/cancelled", "persistence/one-reply"],
  actsIn: ["cancel", "persistence"],
  overrides: (onApplied) => ({
    store: (store) =>
      withMethod(store, "messages", "finish", async (messageId, ending) => {
        const isSaved = await store.messages.finish(messageId, ending);
        const row = await store.messages.find(messageId);
        if (ending.status !== "cancelled" || row === undefined) return isSaved;
        onApplied();
        await store.messages.add({
          sessionId: row.session_id,
          role: "assistant",
          messageType: "chat",
          content: `${ending.content} and so on, to the end.`,
          modelName: row.model_name,
          status: "complete",
        });
        return isSaved;
      }),
  }),
};
