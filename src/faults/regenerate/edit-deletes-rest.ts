import type { ConversationStore } from "../../services/conversations/conversation-store.ts";
import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** What followed an edited message is gone, as where an edit cuts the list of messages off. */
export const editDeletesRest: Fault = {
  name: "edit-deletes-rest",
  story: "An edited message costs all that followed it: whoever goes back finds the bare message.",
  seenIn: "the contract, section 3, versions: choose shows a way again, down to where it was left",
  caughtBy: ["regenerate/edited-keeps"],
  actsIn: ["regenerate"],
  overrides(onApplied) {
    const edited = new Set<string>();
    const remembering = (store: ConversationStore): ConversationStore =>
      withUserMethod(store, "messages", "begin", (own) => async (exchange) => {
        const begun = await own.messages.begin(exchange);
        if (exchange.edits !== undefined) edited.add(exchange.edits);
        return begun;
      });
    const forgetting = (store: ConversationStore): ConversationStore =>
      withUserMethod(store, "messages", "list", (own) => async (sessionId, limit) => {
        const rows = await own.messages.list(sessionId, limit);
        const at = rows.findIndex(({ message_id }) => edited.has(message_id));
        if (at < 0) return rows;
        onApplied();
        return rows.slice(0, at + 1);
      });
    return { store: (store) => forgetting(remembering(store)) };
  },
};
