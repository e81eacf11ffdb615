import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** Row 15, second form. */
export const cancelLosesUserMessage: Fault = {
  name: "cancel-loses-user-message",
  story: "A cancel takes the user's message away together with the reply's rest.",
  seenIn: "huggingface/chat-ui#459",
  caughtBy: ["cancel/saved", "persistence/user-message"],
  actsIn: ["cancel", "persistence"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "messages", "list", (own) => async (...query) => {
        const rows = await own.messages.list(...query);
        const left = rows.filter(
          (row, index) => row.role !== "user" || rows[index + 1]?.status !== "cancelled",
        );
        if (left.length < rows.length) onApplied();
        return left;
      }),
  }),
};
