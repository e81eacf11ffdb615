import type { ReplyEnding } from "../../services/conversations/reply-store.ts";
import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../tools/rewrite-events.ts";
import { withReplyMethod } from "../tools/wrap-store.ts";

/** What our gateway says of such an end. */
const TOLD = "without its final object";

/** Row 48. */
export const endWithoutFinalIgnored: Fault = {
  name: "end-without-final-ignored",
  story: "An engine that ends without a final object leaves the stream without done, and its row streaming.",
  seenIn: "docs/faults.md, row 48",
  caughtBy: ["sse/engine-failure", "persistence/failed", "persistence/settled"],
  actsIn: ["sse", "persistence"],
  overrides: (onApplied) => ({
    store: (store) =>
      withReplyMethod(store, "finish", async (messageId, ending) => {
        if (!isMeant(ending)) return await store.replies.finish(messageId, ending);
        onApplied();
        const reply = (await store.replies.find(messageId))?.reply;
        const missing = (saved: string, whole: string) => ({
          from: saved.length,
          added: whole.slice(saved.length),
        });
        const text = missing(reply?.content ?? "", ending.content);
        return await store.replies.grow(messageId, text, missing(reply?.thinking ?? "", ending.thinking));
      }),
    wire: {
      hmi: rewriteEvents(() => {
        let isOver = false;
        return {
          frame({ text, event }) {
            isOver ||= event?.type === "error" && event.message.includes(TOLD);
            return isOver ? "" : text;
          },
        };
      }),
    },
  }),
};

function isMeant({ error }: ReplyEnding): boolean {
  return error?.message.includes(TOLD) === true;
}
