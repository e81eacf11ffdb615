import type { ConversationStore } from "../services/conversations/store.ts";
import { withMethod } from "./wrap-store.ts";

type Begin = ConversationStore["messages"]["begin"];

/** A store that knows how many other replies are being written, for what goes wrong under load only. */
export function countingWrites(
  store: ConversationStore,
  begin: (running: number, ...asked: Parameters<Begin>) => ReturnType<Begin>,
): ConversationStore {
  const writing = new Set<string>();
  const beginning = withMethod(store, "messages", "begin", async (...asked) => {
    const begun = await begin(writing.size, ...asked);
    writing.add(begun.reply.message_id);
    return begun;
  });
  return withMethod(beginning, "messages", "finish", async (messageId, ending) => {
    writing.delete(messageId);
    return await store.messages.finish(messageId, ending);
  });
}
