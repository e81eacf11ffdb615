import type { ReplyEnding } from "../../services/conversations/store.ts";
import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../rewrite-events.ts";
import { withMethod } from "../wrap-store.ts";

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
      withMethod(store, "messages", "finish", async (messageId, ending) => {
        if (!isMeant(ending)) return await store.messages.finish(messageId, ending);
        onApplied();
        const saved = (await store.messages.find(messageId))?.content.length ?? 0;
        return await store.messages.grow(messageId, saved, ending.content.slice(saved));
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
