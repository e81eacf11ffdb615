import type { Fault } from "../fault.ts";
import { rewriteAnswers } from "../tools/rewrite-answers.ts";

/** A 405 that must have Allow (RFC 9110, section 15.5.6). */
export const methodWithoutAllow: Fault = {
  name: "method-without-allow",
  story: "A wrong method is refused without saying which ones are right.",
  seenIn: "RFC 9110, section 15.5.6",
  caughtBy: ["http/methods"],
  actsIn: ["http"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteAnswers(({ status }) => {
        if (status !== 405) return undefined;
        onApplied();
        return { headers: { allow: undefined } };
      }),
    },
  }),
};
