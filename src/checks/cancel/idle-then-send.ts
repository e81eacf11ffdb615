import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { endedInWords, isWholeEnding, lastWord, requireNoneFailed } from "../stream-endings.ts";
import { collectIdleCancels, describeIdleCancels, type IdleCancels } from "./idle-cancels.ts";

export const idleThenSend = defineCheck<Context["target"], IdleCancels>({
  id: "cancel/idle-then-send",
  claim: "a cancel where nothing runs does not cancel the next message",
  why: "A flag that is set by every cancel, and read by the next generation, cancels that one.",
  lookAt: "where the wish to cancel is kept: with the generation that it is for, not with the conversation",
  needs: ["cancel", "cancel by a call"],
  collect: collectIdleCancels,
  judge(evidence) {
    const seen = describeIdleCancels(evidence);
    requireNoneFailed(...evidence.streams);
    const cancelled = evidence.streams.find((stream) => !isWholeEnding(lastWord(stream)));
    if (cancelled === undefined) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "each reply written to its end",
      found: `one ${endedInWords(cancelled)}`,
      seen,
    };
  },
});
