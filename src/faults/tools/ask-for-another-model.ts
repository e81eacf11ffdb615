import type { Message } from "../../contract/hmi-schemas.ts";
import type { ConversationStore } from "../../services/conversations/conversation-store.ts";
import { withUserMethod } from "./wrap-store.ts";

/**
 * A store by which the gateway asks for another model than the reply's row names: `choose` is given the name
 * and the rows before; null is the default.
 */
export function askForAnotherModel(
  store: ConversationStore,
  choose: (named: string, before: readonly Message[]) => string | null,
  onApplied: () => void,
): ConversationStore {
  return withUserMethod(store, "messages", "history", (own) => async (sessionId) => {
    const history = await own.messages.history(sessionId);
    const before = history.messages.slice(0, -1);
    const reply = history.messages.at(-1);
    // Only the reply that waits to be written: the others' names are what they were.
    if (reply?.status !== "streaming" || reply.model_name === null) return history;
    const model_name = choose(reply.model_name, before);
    if (model_name !== reply.model_name) onApplied();
    return { ...history, messages: [...before, { ...reply, model_name }] };
  });
}
