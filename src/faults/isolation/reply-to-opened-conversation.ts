import type { ConversationStore } from "../../services/conversations/conversation-store.ts";
import type { Fault } from "../fault.ts";
import { withReplyMethod, withUserMethod } from "../tools/wrap-store.ts";

/** Row 22. */
export const replyToOpenedConversation: Fault = {
  name: "reply-to-opened-conversation",
  story: "A reply is saved to the conversation that was opened while it was written.",
  seenIn: "open-webui/open-webui#23179",
  caughtBy: ["isolation/opened-meanwhile"],
  actsIn: ["isolation"],
  overrides(onApplied) {
    /** By profile, the conversation that was opened last. */
    const opened = new Map<number | null, string>();
    /** What was open when a reply began, by the reply. */
    const openBefore = new Map<string, string | undefined>();
    const watching = (store: ConversationStore): ConversationStore =>
      withUserMethod(store, "conversations", "create", (own) => async (conversation) => {
        const session = await own.conversations.create(conversation);
        opened.set(session.model_id, session.session_id);
        return session;
      });
    const remembering = (store: ConversationStore): ConversationStore =>
      withUserMethod(store, "messages", "begin", (own) => async (exchange) => {
        const begun = await own.messages.begin(exchange);
        openBefore.set(begun.reply.message_id, opened.get(begun.session.model_id));
        return begun;
      });
    const straying = (store: ConversationStore): ConversationStore =>
      withReplyMethod(store, "finish", async (messageId, ending) => {
        const found = await store.replies.find(messageId);
        const open = found && opened.get(found.reply.model_id);
        // One that is made again began when its conversation did.
        const hasMoved =
          open !== undefined && openBefore.has(messageId) && openBefore.get(messageId) !== open;
        if (found === undefined || !hasMoved || ending.status !== "complete") {
          return await store.replies.finish(messageId, ending);
        }
        onApplied();
        const { role, message_type: messageType, model_name: modelName } = found.reply;
        const { content, status } = ending;
        const row = { sessionId: open, role, messageType, content, modelName, status };
        await store.as(found.user).messages.add(row);
        return await store.replies.finish(messageId, { ...ending, content: "" });
      });
    return { store: (store) => straying(remembering(watching(store))) };
  },
};
