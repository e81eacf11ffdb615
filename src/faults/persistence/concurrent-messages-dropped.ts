import type {
  BegunExchange,
  NewExchange,
  UserStore,
} from "../../services/conversations/conversation-store.ts";
import type { Fault } from "../fault.ts";
import { countWrites } from "../tools/count-writes.ts";

/** How many replies are written at a time while messages are still kept. */
const MOST_REPLIES = 6;

/** Row 24. */
export const concurrentMessagesDropped: Fault = {
  name: "concurrent-messages-dropped",
  story: "Of many messages that are answered at the same time, those that find the queue full are not kept.",
  seenIn: "open-webui/open-webui#28742",
  caughtBy: ["persistence/concurrent", "isolation/first-messages"],
  actsIn: ["persistence", "isolation", "sla"],
  overrides: (onApplied) => ({
    store: (store) =>
      countWrites(store, async (own, running, exchange) => {
        if (running < MOST_REPLIES) return await own.messages.begin(exchange);
        onApplied();
        return await beginWithoutMessage(own, exchange);
      }),
  }),
};

async function beginWithoutMessage(
  own: UserStore,
  { sessionId, content, modelName }: NewExchange,
): Promise<BegunExchange> {
  const reply = await own.messages.add({
    sessionId,
    messageType: "chat",
    modelName,
    role: "assistant",
    content: "",
    status: "streaming",
  });
  // What the sender is shown, and what is written nowhere.
  const user = { ...reply, role: "user", content, status: "complete" } as const;
  return { user, reply, session: await own.conversations.get(sessionId), isNew: true };
}
