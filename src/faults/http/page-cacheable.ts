import type { Fault } from "../fault.ts";
import { isPage, rewriteAnswers } from "../tools/rewrite-answers.ts";

/** S13, first form. */
export const pageCacheable: Fault = {
  name: "page-cacheable",
  story: "Browsers keep the page for an hour, so that a change is seen only after a hard reload.",
  seenIn: 'the seeds, known gaps: "Aggressive JavaScript caching required multiple hard refreshes"',
  caughtBy: ["http/pages"],
  actsIn: ["http"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteAnswers((answer) => {
        if (!isPage(answer)) return undefined;
        onApplied();
        return { headers: { "cache-control": "public, max-age=3600" } };
      }),
    },
  }),
};
