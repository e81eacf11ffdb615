import type { Fault } from "../fault.ts";
import { isPage, rewriteAnswers } from "../tools/rewrite-answers.ts";

/** The usual way to make a warning of the browser go away. */
export const cspWithUnsafeInline: Fault = {
  name: "csp-with-unsafe-inline",
  story: "The page's policy allows inline scripts, so that planted markup may run.",
  seenIn: "the contract, section 7: a Content-Security-Policy without unsafe-inline",
  caughtBy: ["http/page-security"],
  actsIn: ["http"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteAnswers((answer) => {
        if (!isPage(answer)) return undefined;
        onApplied();
        const policy = String(answer.headers["content-security-policy"]);
        const loose = policy.replace("script-src", "script-src 'unsafe-inline'");
        return { headers: { "content-security-policy": loose } };
      }),
    },
  }),
};
