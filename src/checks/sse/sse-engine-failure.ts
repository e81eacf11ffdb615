import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { failureOf } from "../../targets/drivers/reply-facts.ts";
import { describeStream, finishReasonOf } from "../arrived-events.ts";
import { isUnfinishedRow, noEnd, unfinishedReply } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { rowStateInWords } from "../row-words.ts";
import { replyRow } from "../seen-reply.ts";
import { endInWords, lastWord } from "../stream-endings.ts";
import { type FailedReply, failedReplies, story } from "./failed-replies.ts";
import { judgeOrder } from "./sse-order.ts";

export const engineFailure = defineCheck<Context["target"], readonly FailedReply[]>({
  id: "sse/engine-failure",
  claim: "an engine that fails in mid-reply is told as an error, in the stream and in the row",
  why: "Half a reply is told as a whole one, or has no end at all and its row stays streaming (docs/faults.md, rows 6, 47, 48).",
  lookAt:
    "what reads the engine's stream: an error line, a cut and an end without a final object are failures",
  needs: ["direct the engine"],
  collect: failedReplies,
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? { verdict: "holds", seen: replies.map(story).join("; ") },
});

function judgeOne(failed: FailedReply): Broken | undefined {
  requireAsked(failed.reply.generations, failed.reply.stream);
  if (failed.reply.door === "wire") return judgeByWire(failed);
  const { stream } = failed.reply;
  const ending = finishReasonOf(stream) ?? "no done";
  const status = replyRow(failed.reply)?.status ?? "error";
  const seen = `${story(failed)}; ${describeStream(stream)}`;
  if (ending !== "error" || status !== "error") {
    const found = ending === "error" ? `a row with status ${status}` : ending;
    return {
      verdict: "broken",
      expected: "status error, error, done(error), and a row with status error",
      found,
      seen,
    };
  }
  const disorder = judgeOrder(stream, failed);
  return disorder && { ...disorder, seen };
}

/** A wire has its own word for a failure; where it cuts the connection, whoever reads is told as well. */
function judgeByWire(failed: FailedReply): Broken | undefined {
  const { stream } = failed.reply;
  const row = replyRow(failed.reply);
  const isTold =
    failureOf(stream) !== undefined || stream.end === "cut" || lastWord(stream) === "done (error)";
  const isStop = lastWord(stream) === "done (stop)";
  const isCalledWell = row?.status === "complete" || row?.status === "streaming" || isStop;
  if (isTold && !isCalledWell) return undefined;
  if (!isCalledWell && failed.unheard !== undefined) throw new NotObservable(failed.unheard);
  return {
    verdict: "broken",
    expected: "a failure that is told in the stream, and in the row no status that says all is well",
    found: `${endInWords(stream)}${isTold ? "" : ", and no failure"}${replyRow(failed.reply) === null ? "" : `; ${rowStateInWords(row)}`}`,
    seen: `${story(failed)}; ${describeStream(stream)}`,
    rows: failed.reply.rows,
    ...(!isCalledWell && stream.end === "given-up" && noEnd("failed")),
    ...(isTold && isUnfinishedRow(row) && unfinishedReply("failed")),
  };
}
