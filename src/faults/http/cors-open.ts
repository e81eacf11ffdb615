import type { Fault } from "../fault.ts";
import { rewriteAnswers } from "../tools/rewrite-answers.ts";

/** The usual way to make a page of another port work. */
export const corsOpen: Fault = {
  name: "cors-open",
  story: "Every answer allows every site to read it.",
  seenIn: "the contract, section 7: loopback only, and no page of another origin",
  caughtBy: ["http/origin"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteAnswers(() => {
        onApplied();
        return { headers: { "access-control-allow-origin": "*" } };
      }),
    },
  }),
};
