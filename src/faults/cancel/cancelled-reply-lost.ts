import type { Fault } from "../fault.ts";
import { saveOtherEnding } from "../tools/save-other-ending.ts";

/** Row 15, first form. */
export const cancelledReplyLost: Fault = {
  name: "cancelled-reply-lost",
  story: "A cancel throws away the text that had been streamed.",
  seenIn: "vercel/chatbot#1060",
  caughtBy: ["cancel/saved", "persistence/cancelled"],
  actsIn: ["cancel", "persistence", "regenerate"],
  overrides: (onApplied) => ({
    store: (store) =>
      saveOtherEnding(
        store,
        (ending) => (ending.status === "cancelled" ? { ...ending, content: "" } : ending),
        onApplied,
      ),
  }),
};
