import type { Fault } from "../fault.ts";
import { saveOtherEnding } from "../tools/save-other-ending.ts";

/** Row 13. */
export const cancelledReplySavedWhole: Fault = {
  name: "cancelled-reply-saved-whole",
  story: "After a cancel the reply is saved with more text than the reader was sent.",
  seenIn: "amd/gaia#2157",
  caughtBy: ["cancel/saved", "persistence/cancelled"],
  actsIn: ["cancel", "persistence", "regenerate"],
  overrides: (onApplied) => ({
    store: (store) =>
      saveOtherEnding(
        store,
        (ending) =>
          ending.status === "cancelled"
            ? { ...ending, content: `${ending.content} and so on, to the end that nobody was sent.` }
            : ending,
        onApplied,
      ),
  }),
};
