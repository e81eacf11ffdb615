import { setTimeout as pause } from "node:timers/promises";
import type { BegunExchange, ConversationStore, NewExchange } from "../../services/conversations/store.ts";
import type { Fault } from "../fault.ts";
import { withMethod } from "../wrap-store.ts";

/** How long a write is under way, in milliseconds, and how many may be at a time. */
const WRITE_MS = 40;
const MOST_WRITES = 10;

/** Row 24. */
export const concurrentMessagesDropped: Fault = {
  name: "concurrent-messages-dropped",
  story: "Of many messages that are saved at the same time, those that find the queue full are not kept.",
  seenIn: "open-webui/open-webui#28742",
  caughtBy: ["persistence/concurrent"],
  overrides(onApplied) {
    let writes = 0;
    return {
      store: (store) =>
        withMethod(store, "messages", "begin", async (exchange) => {
          if (writes >= MOST_WRITES) {
            onApplied();
            return await beginWithoutMessage(store, exchange);
          }
          writes += 1;
          await pause(WRITE_MS);
          writes -= 1;
          return await store.messages.begin(exchange);
        }),
    };
  },
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
