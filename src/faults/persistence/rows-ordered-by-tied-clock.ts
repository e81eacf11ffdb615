import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** Row 26. */
export const rowsOrderedByTiedClock: Fault = {
  name: "rows-ordered-by-tied-clock",
  story: "Rows are ordered by a clock that ties, and then by role, so that replies come after all messages.",
  seenIn: "docs/faults.md, row 26",
  caughtBy: ["sse/named-stream", "regenerate/named", "persistence/row-order", "isolation/history"],
  actsIn: [
    "model-conversation",
    "sse",
    "cancel",
    "persistence",
    "isolation",
    "thoughts",
    "regenerate",
    "limits",
    "models",
    "http",
    "drill",
  ],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "messages", "list", (own) => async (...query) => {
        const rows = await own.messages.list(...query);
        onApplied();
        // As where all of it was said within one tick.
        return rows.toSorted((a, b) => b.role.localeCompare(a.role));
      }),
  }),
};
