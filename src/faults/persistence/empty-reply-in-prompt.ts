import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** Row 17. */
export const emptyReplyInPrompt: Fault = {
  name: "empty-reply-in-prompt",
  story: "A reply that failed before its first word stands in the next prompt as a blank turn.",
  seenIn: "docs/faults.md, row 17",
  caughtBy: ["persistence/next-turn"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "messages", "history", (own) => async (sessionId) => {
        const history = await own.messages.history(sessionId);
        const messages = history.messages.map((row) => {
          if (row.role !== "assistant" || row.content !== "") return row;
          onApplied();
          return { ...row, content: " " };
        });
        return { ...history, messages };
      }),
  }),
};
