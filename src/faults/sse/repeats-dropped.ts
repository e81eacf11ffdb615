import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../tools/rewrite-events.ts";

/** Row 36. */
export const repeatsDropped: Fault = {
  name: "repeats-dropped",
  story: "A filter of duplicates drops a word that is the same as the one before it.",
  seenIn: "docs/faults.md, row 36",
  caughtBy: ["sse/text"],
  actsIn: ["sse", "persistence", "isolation"],
  overrides: (onApplied) => ({
    wire: {
      gateway: rewriteEvents(() => {
        let last = "";
        return {
          frame({ text, event }) {
            if (event?.type !== "token") return text;
            const isRepeat = event.content === last && /^\s\p{L}+$/u.test(last);
            last = event.content;
            if (!isRepeat) return text;
            onApplied();
            return "";
          },
        };
      }),
    },
  }),
};
