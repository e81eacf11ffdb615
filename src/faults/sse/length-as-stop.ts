import type { Fault } from "../fault.ts";
import { rewriteLines } from "../tools/rewrite-lines.ts";

/** Row 9. */
export const lengthAsStop: Fault = {
  name: "length-as-stop",
  story: "A reply that was cut at its longest length is told as one that ended by itself.",
  seenIn: "docs/faults.md, row 9",
  caughtBy: ["sse/length"],
  overrides: (onApplied) => ({
    wire: {
      engine: rewriteLines((line) => {
        if (line["done_reason"] !== "length") return line;
        onApplied();
        return { ...line, done_reason: "stop" };
      }),
    },
  }),
};
