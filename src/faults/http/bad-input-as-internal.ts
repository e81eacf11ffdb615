import { LIMITS } from "../../contract/contract-defaults.ts";
import type { Fault } from "../fault.ts";
import { rewriteAnswers } from "../tools/rewrite-answers.ts";

/** A 500 says: try again. */
export const badInputAsInternal: Fault = {
  name: "bad-input-as-internal",
  story: "A message that is too long is an internal error, as if it were the server's fault.",
  seenIn: "the contract, section 5: 400 message_too_long",
  caughtBy: ["http/error-status", "limits/long-message"],
  actsIn: ["http", "limits"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteAnswers(({ status, request }) => {
        if (status !== 400 || request.body.length <= LIMITS.messageChars) return undefined;
        onApplied();
        return { status: 500, text: (body) => body.replace("message_too_long", "internal_error") };
      }),
    },
  }),
};
