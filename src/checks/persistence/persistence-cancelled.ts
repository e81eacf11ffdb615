import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { Context } from "../contract-conversations.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import {
  cancelledReply,
  describeStored,
  judgeStored,
  type StoredReply,
  storedReplyRow,
} from "./stored-replies.ts";

export const cancelled = defineCheck<Context["target"], StoredReply>({
  id: "persistence/cancelled",
  claim: "a cancelled reply is stored, and read again, as far as it was streamed",
  why: "amd/gaia#2157: the whole reply is saved after a cancel; vercel/chatbot#1060: nothing is.",
  lookAt: "what is saved when a reply is cancelled: the text that the reader got, no more and no less",
  needs: ["show rows", "cancel"],
  collect: cancelledReply,
  judge(reply) {
    const isCut = storedReplyRow(reply)?.status === "cancelled";
    if (isWholeEnding(lastWord(reply.stream)) && !isCut) throw notCancelled(reply);
    return judgeStored(reply, "cancelled") ?? { verdict: "holds", seen: describeStored(reply) };
  },
});

/** What a stack does that does not cancel at all is for the suite about cancelling. */
function notCancelled(reply: StoredReply): Error {
  const { speaksContract, cancelAnswer } = reply;
  if (speaksContract || cancelAnswer === undefined) {
    return new CouldNotRun(`nothing was cancelled: ${describeStored(reply)}`);
  }
  const isUntold = lastWord(reply.stream) === "done" && storedReplyRow(reply)?.status !== "complete";
  const words = `no reply was cancelled that could be looked at: ${cancelAnswer}, and`;
  return isUntold
    ? new NotObservable(`${words} neither its stream nor its row tells that the reply was cut`, [
        "contract.wire.stream.done.reason",
        "contract.wire.rows.status",
      ])
    : new NotObservable(`${words} the reply went on to its end (the suite cancel judges that)`);
}
