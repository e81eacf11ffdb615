import { PassThrough } from "node:stream";
import { hmiRoutes } from "../../contract/routes.ts";
import type { ConversationStore } from "../../services/conversations/conversation-store.ts";
import type { ReplyEnding } from "../../services/conversations/reply-store.ts";
import type { Rewrite } from "../../tap/tap-rewrite.ts";
import { paramsOf } from "./route-params.ts";
import { withReplyMethod } from "./wrap-store.ts";

/** Watches for readers that leave a reply's stream before its end, and does something else with its ending. */
export function changeEndingAfterReaderLeft(
  finish: (store: ConversationStore, messageId: string, ending: ReplyEnding) => Promise<void>,
): { wire: { hmi: Rewrite }; store: (store: ConversationStore) => ConversationStore } {
  /** Conversations whose reader is gone. */
  const left = new Set<string>();
  const hmi: Rewrite = {
    body({ request }) {
      const [sessionId] = paramsOf(hmiRoutes.stream, request) ?? [];
      if (sessionId === undefined) return undefined;
      left.delete(sessionId);
      const stream = new PassThrough();
      stream.once("close", () => {
        if (!stream.writableFinished) left.add(sessionId);
      });
      return stream;
    },
  };
  return {
    wire: { hmi },
    store: (store) =>
      withReplyMethod(store, "finish", async (messageId, ending) => {
        const sessionId = (await store.replies.find(messageId))?.reply.session_id ?? "";
        if (!left.has(sessionId)) return await store.replies.finish(messageId, ending);
        await finish(store, messageId, ending);
        return true;
      }),
  };
}
