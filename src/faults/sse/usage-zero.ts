import type { Fault } from "../fault.ts";
import { rewriteLines } from "../tools/rewrite-lines.ts";

/** Row 4. */
export const usageZero: Fault = {
  name: "usage-zero",
  story: "The engine's counts are not read, so that every reply took no tokens at all.",
  seenIn: "BerriAI/litellm#8349",
  caughtBy: ["sse/usage"],
  overrides: (onApplied) => ({
    wire: {
      engine: rewriteLines((line) => {
        if (line["done"] !== true) return line;
        onApplied();
        return { ...line, prompt_eval_count: 0, eval_count: 0 };
      }),
    },
  }),
};
