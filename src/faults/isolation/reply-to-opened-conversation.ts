import type { ConversationStore } from "../../services/conversations/store.ts";
import type { Fault } from "../fault.ts";
import { withMethod } from "../wrap-store.ts";

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
      withMethod(store, "conversations", "create", async (conversation) => {
        const session = await store.conversations.create(conversation);
        opened.set(session.model_id, session.session_id);
        return session;
      });
    const remembering = (store: ConversationStore): ConversationStore =>
      withMethod(store, "messages", "begin", async (exchange) => {
        const begun = await store.messages.begin(exchange);
        openBefore.set(begun.reply.message_id, opened.get(begun.session.model_id));
        return begun;
      });
    const straying = (store: ConversationStore): ConversationStore =>
      withMethod(store, "messages", "finish", async (messageId, ending) => {
        const row = await store.messages.find(messageId);
        const open = row && opened.get(row.model_id);
        const hasMoved = open !== undefined && openBefore.get(messageId) !== open;
        if (row === undefined || !hasMoved || ending.status !== "complete") {
          return await store.messages.finish(messageId, ending);
        }
        onApplied();
        const { role, message_type: messageType, model_name: modelName } = row;
        const { content, status } = ending;
        await store.messages.add({ sessionId: open, role, messageType, content, modelName, status });
        return await store.messages.finish(messageId, { ...ending, content: "" });
      });
    return { store: (store) => straying(remembering(watching(store))) };
  },
};
