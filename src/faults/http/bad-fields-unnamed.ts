import type { Fault } from "../fault.ts";
import { rewriteAnswers } from "../tools/rewrite-answers.ts";

/** Whoever calls has to guess. */
export const badFieldsUnnamed: Fault = {
  name: "bad-fields-unnamed",
  story: "Bad input is refused without a word about which field is bad.",
  seenIn: "the contract, section 5: each bad field is named",
  caughtBy: ["http/bad-fields", "http/unknown-fields", "http/tools"],
  actsIn: ["model-conversation", "models", "http", "limits"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteAnswers(({ status }) => {
        if (status !== 400) return undefined;
        onApplied();
        return {
          text: (body) => body.replace(/"message":"(?:[^"\\]|\\.)*"/, '"message":"The input is invalid."'),
        };
      }),
    },
  }),
};
