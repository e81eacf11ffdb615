import type { Fault } from "../fault.ts";
import { saveOtherEnding } from "../tools/save-other-ending.ts";

/** Row 42. */
export const engineErrorSavedAsComplete: Fault = {
  name: "engine-error-saved-as-complete",
  story: "A reply in which the engine failed is saved as complete.",
  seenIn: "docs/faults.md, row 42",
  caughtBy: [
    "persistence/failed",
    "sse/engine-failure",
    "models/unknown",
    "regenerate/failed-keeps",
    "limits/endless",
    "limits/empty-reply",
    "limits/rate-limited",
    "drill/gateway-saved",
    "drill/engine-saved",
  ],
  actsIn: ["sse", "persistence", "models", "regenerate", "limits", "drill"],
  overrides: (onApplied) => ({
    store: (store) =>
      saveOtherEnding(
        store,
        (ending) =>
          ending.status === "error"
            ? { ...ending, status: "complete", finishReason: "stop", error: null }
            : ending,
        onApplied,
      ),
  }),
};
