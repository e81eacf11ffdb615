import type { Fault } from "../fault.ts";
import { rewriteLines } from "../tools/rewrite-lines.ts";

/** Row 47. */
export const errorLineIgnored: Fault = {
  name: "error-line-ignored",
  story: "An error line in the engine's stream is ignored, and what had come is told as the whole reply.",
  seenIn: "docs/faults.md, row 47",
  caughtBy: ["sse/engine-failure", "persistence/failed"],
  actsIn: ["sse", "persistence"],
  overrides: (onApplied) => ({
    wire: {
      engine: rewriteLines((line) => {
        if (typeof line["error"] !== "string") return line;
        onApplied();
        return { done: true, done_reason: "stop" };
      }),
    },
  }),
};
