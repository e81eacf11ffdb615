import type { Fault } from "../fault.ts";
import { saveOtherEnding } from "../tools/save-other-ending.ts";

/** Row 9, in the row. */
export const lengthSavedAsStop: Fault = {
  name: "length-saved-as-stop",
  story: "A reply that was cut at its length is saved as one that came to its end.",
  seenIn: "docs/faults.md, row 9",
  caughtBy: ["persistence/row-usage", "sse/length"],
  overrides: (onApplied) => ({
    store: (store) =>
      saveOtherEnding(
        store,
        (ending) => (ending.finishReason === "length" ? { ...ending, finishReason: "stop" } : ending),
        onApplied,
      ),
  }),
};
