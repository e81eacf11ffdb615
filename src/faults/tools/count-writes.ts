import type {
  ConversationStore,
  MessageStore,
  UserStore,
} from "../../services/conversations/conversation-store.ts";
import { beforeTransactions, withReplyMethod, withUserMethod } from "./wrap-store.ts";

type Begin = MessageStore["begin"];

/** A store that knows how many other replies are being written, for what goes wrong under load only. */
export function countWrites(
  store: ConversationStore,
  begin: (own: UserStore, running: number, ...asked: Parameters<Begin>) => ReturnType<Begin>,
  beforeMessage: (running: number) => Promise<void> = async () => undefined,
): ConversationStore {
  const writing = new Set<string>();
  const beginning = withUserMethod(store, "messages", "begin", (own) => async (...asked) => {
    const begun = await begin(own, writing.size, ...asked);
    writing.add(begun.reply.message_id);
    return begun;
  });
  const waiting = beforeTransactions(beginning, () => beforeMessage(writing.size));
  return withReplyMethod(waiting, "finish", async (messageId, ending) => {
    writing.delete(messageId);
    return await store.replies.finish(messageId, ending);
  });
}
