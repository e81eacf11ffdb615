import type { ConversationStore } from "../../services/conversations/conversation-store.ts";
import type { ReplyEnding } from "../../services/conversations/reply-store.ts";
import { withReplyMethod } from "./wrap-store.ts";

/** A store that is told another ending of each reply; the same object leaves one as it is. */
export function saveOtherEnding(
  store: ConversationStore,
  change: (ending: ReplyEnding) => ReplyEnding,
  onApplied: () => void,
): ConversationStore {
  return withReplyMethod(store, "finish", async (messageId, ending) => {
    const changed = change(ending);
    if (changed !== ending) onApplied();
    return await store.replies.finish(messageId, changed);
  });
}
