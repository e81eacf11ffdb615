import type { BegunExchange, ConversationStore, NewExchange } from "../../services/conversations/store.ts";
import { countingWrites } from "../counting-writes.ts";
import type { Fault } from "../fault.ts";

/** So many replies are written at a time while messages are still kept. */
const MOST_REPLIES = 6;

/** Row 24. */
export const concurrentMessagesDropped: Fault = {
  name: "concurrent-messages-dropped",
  story: "Of many messages that are answered at the same time, those that find the queue full are not kept.",
  seenIn: "open-webui/open-webui#28742",
  caughtBy: ["persistence/concurrent"],
  actsIn: ["persistence", "cancel", "sla"],
  overrides: (onApplied) => ({
    store: (store) =>
      countingWrites(store, async (running, exchange) => {
        if (running < MOST_REPLIES) return await store.messages.begin(exchange);
        onApplied();
        return await beginWithoutMessage(store, exchange);
      }),
  }),
};

async function beginWithoutMessage(
  store: ConversationStore,
  { sessionId, content, modelName }: NewExchange,
): Promise<BegunExchange> {
  const reply = await store.messages.add({
    sessionId,
    messageType: "chat",
    modelName,
    role: "assistant",
    content: "",
    status: "streaming",
  });
  // What the sender is shown, and what is written nowhere.
  const user = { ...reply, role: "user", content, status: "complete" } as const;
  return { user, reply, session: await store.conversations.get(sessionId), isNew: true };
}
