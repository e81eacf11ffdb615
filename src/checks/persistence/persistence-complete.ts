import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { isWholeEnding, lastWord, requireNoneFailed } from "../stream-endings.ts";
import { completeReplyOfAnyRole, describeStored, judgeStored, type StoredReply } from "./stored-replies.ts";

export const complete = defineCheck<Context["target"], StoredReply>({
  id: "persistence/complete",
  claim: "a finished reply is stored, and read again, as it was streamed",
  why: "After a reload the exchange is there, whole (contract, section 4): repeats count, and white space but for that at the ends on wires of others.",
  lookAt: "whatever stands between the streamed pieces and the row: trimming, joining, filters, encodings",
  needs: ["show rows"],
  collect: completeReplyOfAnyRole,
  judge(reply) {
    requireNoneFailed(reply.stream);
    if (!isWholeEnding(lastWord(reply.stream)))
      throw new CouldNotRun(`no whole reply to judge: ${describeStored(reply)}`);
    return judgeStored(reply, "complete") ?? { verdict: "holds", seen: describeStored(reply) };
  },
});
