import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { type Edited, edited } from "./edited-message.ts";
import { areSame, rowsInWords } from "./regenerated-reply.ts";

export const editedKeeps = defineCheck<Context["target"], Edited>({
  id: "regenerate/edited-keeps",
  claim: "an edited message begins another way, and the one that was left can be gone back to, whole",
  why: "Who asks once more in other words loses the answers to the first ones, and all that followed.",
  lookAt: "what an edit does with the message and what follows it: a version more beside it, nothing deleted",
  needs: ["speak the contract"],
  collect: edited,
  judge({ before, answer, after, back }) {
    const seen = [
      `${answer.request} answered ${answer.status}`,
      `before: ${rowsInWords(before)}`,
      `after: ${rowsInWords(after)}`,
      `gone back: ${rowsInWords(back)}`,
    ].join("; ");
    const isAnother = after.length === 2 && after[0]?.message_id !== before[0]?.message_id;
    if (answer.status === 200 && isAnother && areSame(before, back)) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "the edited message with its reply alone, and after going back the rows as they were",
      found: `${answer.status}; ${rowsInWords(after)}; gone back: ${rowsInWords(back)}`,
      seen,
      rows: back,
    };
  },
});
