import type { Message } from "../../contract/hmi-schemas.ts";
import type { Fault } from "../fault.ts";
import { withReplyMethod, withUserMethod } from "../tools/wrap-store.ts";

export const copyShowsOldRows: Fault = {
  name: "copy-shows-old-rows",
  story:
    "A copy keeps a conversation's rows in its memory until it writes itself: what others write it does not show.",
  seenIn: "the contract, section 9: nothing that a copy has in memory is the truth of what others write",
  caughtBy: ["replicas/shown-everywhere"],
  actsIn: ["replicas"],
  ofCopies: true,
  overrides: (onApplied) => ({
    store(store) {
      let kept = new Map<string, Message[]>();
      const forget = (): void => {
        kept = new Map();
      };
      const listing = withUserMethod(store, "messages", "list", (own) => async (sessionId, limit) => {
        const name = `${sessionId} ${limit}`;
        // What was read before a write of this copy is not kept after it.
        const present = kept;
        const known = present.get(name);
        if (known !== undefined) onApplied();
        const rows = known ?? (await own.messages.list(sessionId, limit));
        present.set(name, rows);
        return rows;
      });
      const beginning = withUserMethod(listing, "messages", "begin", (own) => async (exchange) => {
        forget();
        return await own.messages.begin(exchange);
      });
      return withReplyMethod(beginning, "finish", async (messageId, ending) => {
        const isEnded = await store.replies.finish(messageId, ending);
        forget();
        return isEnded;
      });
    },
  }),
};
