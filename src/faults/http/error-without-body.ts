import type { Fault } from "../fault.ts";
import { rewriteAnswers } from "../tools/rewrite-answers.ts";

/** What a framework refuses by itself, before any handler of ours. */
const BY_FRAMEWORK: ReadonlySet<number> = new Set([405, 413, 415]);

/** A client that expects JSON shows nothing of what went wrong. */
export const errorWithoutBody: Fault = {
  name: "error-without-body",
  story: "What the framework refuses by itself is told as a page of HTML.",
  seenIn: "the contract, section 5: every error is JSON with a code and a message",
  caughtBy: ["http/error-body"],
  actsIn: ["http", "limits"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteAnswers(({ status }) => {
        if (!BY_FRAMEWORK.has(status)) return undefined;
        onApplied();
        return { headers: { "content-type": "text/html" }, text: () => `<h1>Error ${status}</h1>` };
      }),
    },
  }),
};
