import type { Message } from "../../contract/hmi-schemas.ts";
import type { ConversationStore } from "../../services/conversations/conversation-store.ts";
import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** Two answers to one question. */
export const regeneratedReplyAdded: Fault = {
  name: "regenerated-reply-added",
  story: "A reply that was made again is put beside the earlier one, not in its place.",
  seenIn: "the contract, section 3, versions: of the versions at a place one is shown",
  caughtBy: ["regenerate/replaces", "regenerate/versions"],
  actsIn: ["regenerate"],
  overrides(onApplied) {
    /** The replies that were replaced, by their conversation. */
    const replaced = new Map<string, Message>();
    const keeping = (store: ConversationStore): ConversationStore =>
      withUserMethod(store, "messages", "beginAgain", (own) => async (message) => {
        const earlier = (await own.messages.list(message.sessionId)).at(-1);
        const begun = await own.messages.beginAgain(message);
        if (earlier?.status === "complete") replaced.set(message.sessionId, earlier);
        return begun;
      });
    const showing = (store: ConversationStore): ConversationStore =>
      withUserMethod(store, "messages", "list", (own) => async (sessionId, limit) => {
        const rows = await own.messages.list(sessionId, limit);
        const earlier = replaced.get(sessionId);
        const isThere = rows.some(({ message_id }) => message_id === earlier?.message_id);
        if (earlier === undefined || isThere || rows.at(-1)?.status !== "complete") return rows;
        onApplied();
        return [...rows.slice(0, -1), earlier, ...rows.slice(-1)];
      });
    return { store: (store) => showing(keeping(store)) };
  },
};
