import type { ConversationStore } from "../../services/conversations/conversation-store.ts";
import type { OwnedReply } from "../../services/conversations/reply-store.ts";
import { withReplyMethod } from "./wrap-store.ts";

/** A store whose HMI does something else, when it starts, with the replies that an earlier one left. */
export function handleLeftReplies(
  store: ConversationStore,
  treat: (left: OwnedReply) => Promise<void>,
): ConversationStore {
  return withReplyMethod(store, "takeOver", async () => {
    const taken = await store.replies.takeOver();
    for (const left of taken.replies) await treat(left);
    return { ...taken, replies: [] };
  });
}

/** Ends a reply that was left as interrupted, with this text. */
export async function interruptReply(store: ConversationStore, { reply }: OwnedReply, content: string) {
  await store.replies.finish(reply.message_id, {
    content,
    thinking: reply.thinking ?? "",
    thinkingMs: reply.thinking_ms,
    status: "interrupted",
    finishReason: "error",
    modelName: reply.model_name,
    usage: null,
    timings: null,
    notices: reply.notices,
    error: { code: "gateway_error", message: "The reply was interrupted." },
  });
}
