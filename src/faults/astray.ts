import type { Message } from "../contract/hmi.ts";
import type {
  BegunExchange,
  ConversationStore,
  NewExchange,
  UserStore,
} from "../services/conversations/store.ts";
import { withUserMethod } from "./wrap-store.ts";

/**
 * A store that loses one row of every exchange of a profile to the general conversation, where the
 * conversation was found by its profile. What goes to a given conversation is left alone, so that the
 * checks of other claims, which give theirs, say nothing of this bug.
 */
export function losing(
  store: ConversationStore,
  role: "user" | "assistant",
  onApplied: () => void,
): ConversationStore {
  const found = new Set<string>();
  const remembering = withUserMethod(store, "conversations", "open", (own) => async (destination) => {
    const opened = await own.conversations.open(destination);
    const { session_id, model_id } = opened.session;
    if (destination.sessionId === undefined && model_id !== null) found.add(session_id);
    else found.delete(session_id);
    return opened;
  });
  return withUserMethod(remembering, "messages", "begin", (own) => async (exchange) => {
    if (!found.has(exchange.sessionId)) return await own.messages.begin(exchange);
    onApplied();
    return await beginAstray(own, exchange, role);
  });
}

/** Saves an exchange with one of its rows in the general conversation, as a call with `model_id=None` does. */
async function beginAstray(
  own: UserStore,
  exchange: NewExchange,
  role: Message["role"],
): Promise<BegunExchange> {
  const { sessionId, content, modelName } = exchange;
  const session = await own.conversations.get(sessionId);
  const general = await own.conversations.open({ modelId: null, agentId: session.agent_id });
  const placeOf = (each: Message["role"]): string => (each === role ? general.session.session_id : sessionId);
  const shared = { messageType: "chat", modelName } as const;
  return {
    user: await own.messages.add({
      ...shared,
      sessionId: placeOf("user"),
      role: "user",
      content,
      status: "complete",
    }),
    reply: await own.messages.add({
      ...shared,
      sessionId: placeOf("assistant"),
      role: "assistant",
      content: "",
      status: "streaming",
    }),
    session,
    isNew: true,
  };
}
