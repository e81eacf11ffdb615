import type { Fault } from "../fault.ts";
import { abortLate } from "../tools/abort-late.ts";

/** Row 11. */
export const cancelIgnoredWhileLoading: Fault = {
  name: "cancel-ignored-while-loading",
  story: "While the engine loads its model, a cancel does not reach it: it stops at the first token.",
  seenIn: "ollama/ollama#11889",
  caughtBy: ["cancel/before-first-token"],
  actsIn: ["cancel", "sse", "persistence", "regenerate", "limits", "models"],
  overrides: (onApplied) => ({ engine: (client) => abortLate(client, "first", onApplied) }),
};
