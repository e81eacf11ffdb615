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
      const kept = new Map<string, Message[]>();
      const listing = withUserMethod(store, "messages", "list", (own) => async (sessionId, limit) => {
        const name = `${sessionId} ${limit}`;
        const known = kept.get(name);
        if (known !== undefined) onApplied();
        const rows = known ?? (await own.messages.list(sessionId, limit));
        kept.set(name, rows);
        return rows;
      });
      const beginning = withUserMethod(listing, "messages", "begin", (own) => async (exchange) => {
        kept.clear();
        return await own.messages.begin(exchange);
      });
      return withReplyMethod(beginning, "finish", async (messageId, ending) => {
        const isEnded = await store.replies.finish(messageId, ending);
        kept.clear();
        return isEnded;
      });
    },
  }),
};
