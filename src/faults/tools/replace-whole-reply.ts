import type { MessageStatus } from "../../contract/hmi-schemas.ts";
import type { ConversationStore } from "../../services/conversations/conversation-store.ts";
import { withReplyMethod, withUserMethod } from "./wrap-store.ts";

/** A store in which a regenerated reply with this ending takes the place of the good one, as only a whole one may. */
export function replaceWholeReply(
  store: ConversationStore,
  status: Extract<MessageStatus, "error" | "cancelled">,
  onApplied: (messageId: string) => void,
): ConversationStore {
  const again = new Set<string>();
  const remembering = withUserMethod(store, "messages", "beginAgain", (own) => async (message) => {
    const begun = await own.messages.beginAgain(message);
    again.add(begun.reply.message_id);
    return begun;
  });
  return withReplyMethod(remembering, "finish", async (messageId, ending) => {
    if (!again.has(messageId) || ending.status !== status) {
      return await store.replies.finish(messageId, ending);
    }
    onApplied(messageId);
    return await store.replies.finish(messageId, { ...ending, status: "complete" });
  });
}
