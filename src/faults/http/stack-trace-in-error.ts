import type { Fault } from "../fault.ts";
import { rewriteAnswers } from "../tools/rewrite-answers.ts";

/** A framework's debug mode, left on. */
export const stackTraceInError: Fault = {
  name: "stack-trace-in-error",
  story: "An error tells where in the program it was thrown.",
  seenIn: "the contract, section 5: a message says what is wrong, a hint what to do",
  caughtBy: ["http/no-internals"],
  actsIn: ["http"],
  overrides: (onApplied) => ({
    wire: {
      gateway: rewriteAnswers(({ status, request }) => {
        if (status !== 400 && status !== 405) return undefined;
        onApplied();
        const { stack = "" } = new Error(`${request.method} ${request.path}`);
        return { text: (body) => body.replace("}}", `,"hint":${JSON.stringify(stack)}}}`) };
      }),
    },
  }),
};
