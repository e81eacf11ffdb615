import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { Context } from "../contract-conversations.ts";
import { isWholeEnding, lastWord, requireNoneFailed } from "../stream-endings.ts";
import { collectIdleCancels, describeIdleCancels, type IdleCancels } from "./idle-cancels.ts";
import { answerInWords, cancelStatusOf } from "./judge-both-ends.ts";
import { isAnswered } from "./running-reply.ts";

export const idle = defineCheck<Context["target"], IdleCancels>({
  id: "cancel/idle",
  claim: "a cancel where nothing runs is answered, and changes nothing that was said",
  why: "It is safe to repeat, and a reply that is complete does not become a cancelled one (contract, section 2).",
  lookAt: "the cancel of a conversation without a generation, and what it writes",
  needs: ["cancel", "cancel by a call"],
  collect: collectIdleCancels,
  judge(evidence) {
    const { answers, isForeign } = evidence;
    const seen = describeIdleCancels(evidence);
    // A foreign back end may call it not found, or done: what it must not do is fail.
    const wrong = answers.find((answer) =>
      isForeign
        ? answer === null || (isAnswered(answer) && answer.status >= 500)
        : cancelStatusOf(answer) !== "idle",
    );
    if (wrong !== undefined) {
      const expected = isForeign ? "an answer, and none of a failure" : "200 with status idle";
      return { verdict: "broken", expected, found: answerInWords(wrong), seen };
    }
    return judgeRows(evidence, seen) ?? { verdict: "holds", seen };
  },
});

function judgeRows({ rows, streams, isForeign }: IdleCancels, seen: string): Broken | undefined {
  if (rows === null) return undefined;
  requireNoneFailed(...streams.slice(0, 1));
  const [row] = rows.filter(({ role }) => role === "assistant");
  const [stream] = streams;
  if (row === undefined || stream === undefined) {
    const words = "no reply was stored that a cancel could change";
    throw isForeign ? new NotObservable(words) : new CouldNotRun(words);
  }
  // Nobody was seen to write it to its end: then no cancel has changed that.
  if (isForeign && row.status === "streaming") {
    throw new NotObservable(
      "the row of a reply that had ended is one that is being written: nothing was whole that a cancel could change",
    );
  }
  const isComplete = row.status === undefined || row.status === "complete";
  if (!isWholeEnding(lastWord(stream)) || isComplete) return undefined;
  const found = `${row.status}${row.finish_reason == null ? "" : ` (${row.finish_reason})`}`;
  return { verdict: "broken", expected: "the finished reply complete, as it was", found, seen, rows };
}
