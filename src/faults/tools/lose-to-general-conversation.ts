import type {
  BegunExchange,
  ConversationStore,
  NewExchange,
  UserStore,
} from "../../services/conversations/conversation-store.ts";
import { withReplyMethod, withUserMethod } from "./wrap-store.ts";

/** Tells of a conversation whether it was found by its profile, and not given. */
type WasFound = (sessionId: string) => boolean;

/**
 * A store that loses the user's message of every exchange of a profile to the general conversation, as a call with
 * `model_id=None` does, where the conversation was found by its profile. What goes to a given conversation is left
 * alone, so that the checks of other claims, which give theirs, say nothing of this bug.
 */
export function loseMessages(given: ConversationStore, onApplied: () => void): ConversationStore {
  const { store, wasFound } = noticingFound(given);
  return withUserMethod(store, "messages", "begin", (own) => async (exchange) => {
    if (!wasFound(exchange.sessionId)) return await own.messages.begin(exchange);
    onApplied();
    return await beginAstray(own, exchange);
  });
}

/** The same for the reply, which is saved a second time at its end, and shown where that is. */
export function loseReplies(given: ConversationStore, onApplied: () => void): ConversationStore {
  const { store, wasFound } = noticingFound(given);
  const lost = new Set<string>();
  const hiding = withUserMethod(store, "messages", "list", (own) => async (sessionId, limit) => {
    const rows = await own.messages.list(sessionId, limit);
    return rows.filter(({ message_id }) => !lost.has(message_id));
  });
  return withReplyMethod(hiding, "finish", async (messageId, ending) => {
    const found = await store.replies.find(messageId);
    if (found === undefined || !wasFound(found.reply.session_id)) {
      return await store.replies.finish(messageId, ending);
    }
    onApplied();
    lost.add(messageId);
    const { agent_id, role, message_type: messageType, model_name: modelName } = found.reply;
    const own = store.as(found.user);
    const { content, status } = ending;
    await own.messages.add({
      sessionId: await generalConversation(own, agent_id),
      ...{ role, messageType, content, modelName, status },
    });
    return await store.replies.finish(messageId, ending);
  });
}

function noticingFound(store: ConversationStore): { store: ConversationStore; wasFound: WasFound } {
  const found = new Set<string>();
  const opening = withUserMethod(store, "conversations", "open", (own) => async (destination, key) => {
    const opened = await own.conversations.open(destination, key);
    const { session_id, model_id } = opened.session;
    if (destination.sessionId === undefined && model_id !== null) found.add(session_id);
    else found.delete(session_id);
    return opened;
  });
  const making = withUserMethod(opening, "conversations", "openNew", (own) => async (destination, key) => {
    const opened = await own.conversations.openNew(destination, key);
    if (opened.session.model_id !== null) found.add(opened.session.session_id);
    return opened;
  });
  return { store: making, wasFound: (sessionId) => found.has(sessionId) };
}

async function beginAstray(
  own: UserStore,
  { sessionId, content, modelName }: NewExchange,
): Promise<BegunExchange> {
  const session = await own.conversations.get(sessionId);
  const shared = { messageType: "chat", modelName } as const;
  return {
    user: await own.messages.add({
      ...shared,
      sessionId: await generalConversation(own, session.agent_id),
      role: "user",
      content,
      status: "complete",
    }),
    reply: await own.messages.add({
      ...shared,
      sessionId,
      role: "assistant",
      content: "",
      status: "streaming",
    }),
    session,
    isNew: true,
  };
}

async function generalConversation(own: UserStore, agentId: string): Promise<string> {
  return (await own.conversations.open({ modelId: null, agentId })).session.session_id;
}
