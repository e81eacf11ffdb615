import type { Message } from "../../contract/hmi-schemas.ts";
import type { ConversationStore } from "../../services/conversations/conversation-store.ts";
import { withUserMethod } from "./wrap-store.ts";

/** A store that has lost the other versions of such replies: nobody is told of them, and none can be chosen. */
export function loseVersions(
  store: ConversationStore,
  isMeant: (reply: Message) => boolean,
  onApplied: () => void,
): ConversationStore {
  const lost = new Set<string>();
  const listing = withUserMethod(
    store,
    "messages",
    "list",
    (own) => async (sessionId, limit) =>
      (await own.messages.list(sessionId, limit)).map((row) => {
        if (row.role !== "assistant" || row.versions.length < 2 || !isMeant(row)) return row;
        onApplied();
        for (const version of row.versions) if (version !== row.message_id) lost.add(version);
        return { ...row, versions: [row.message_id] };
      }),
  );
  return withUserMethod(
    listing,
    "messages",
    "choose",
    (own) => async (sessionId, messageId) =>
      await own.messages.choose(sessionId, lost.has(messageId) ? "gone" : messageId),
  );
}
