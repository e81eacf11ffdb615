import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import { describeStream, textIn } from "../arrived-events.ts";
import { askedTwice, causeInOnlyTurn, heldBack } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { beginsWithText } from "../saved-as-streamed.ts";
import { replyRow } from "../seen-reply.ts";
import { streamedAndStored } from "../streamed-and-stored.ts";
import { type FailedReply, failedReplies, story } from "./failed-replies.ts";

export const kept = defineCheck<Context["target"], readonly FailedReply[]>({
  id: "sse/kept",
  claim: "what had arrived before a failure is kept, in the stream and in the row",
  why: "aisix #177: the cut also loses the text that had come before it.",
  lookAt: "the error path of the reply: it must pass on and save what it has, not an empty text",
  needs: ["direct the engine"],
  collect: failedReplies,
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? { verdict: "holds", seen: replies.map(story).join("; ") },
});

/** Whether the engine has answered anything by its own record: one that was not asked to stream keeps its words until it is done. */
function hasToldText({ reply: { generations } }: FailedReply): boolean {
  return (
    generations === null || generations.some(({ text, chars_sent }) => (text?.length ?? chars_sent) !== 0)
  );
}

function judgeOne(failed: FailedReply): Broken | undefined {
  requireAsked(failed.reply.generations, failed.reply.stream);
  if (failed.before !== "" && !hasToldText(failed)) {
    throw new NotObservable(
      "the engine told no text before its failure: it was asked for the reply in one piece, so nothing had arrived",
    );
  }
  if (failed.reply.door === "wire") return judgeByWire(failed);
  const { before, reply } = failed;
  const streamed = textIn(reply.stream.events);
  const saved = replyRow(reply)?.content ?? before;
  if (streamed === before && saved === before) return undefined;
  return {
    verdict: "broken",
    expected: JSON.stringify(before),
    found: streamed === before ? `${JSON.stringify(saved)} in the row` : JSON.stringify(streamed),
    seen: `${story(failed)}; ${describeStream(reply.stream)}`,
    rows: reply.rows,
    ...streamedAndStored(streamed, replyRow(reply)?.content),
  };
}

/** A back end may put words of its own after what had come; where nothing had, it owes no row. */
function judgeByWire(failed: FailedReply): Broken | undefined {
  const { before, reply } = failed;
  const streamed = textOf(reply.stream);
  const isShown = reply.rows.length > 0;
  const saved = isShown ? (replyRow(reply)?.content ?? "") : before;
  const [isStreamed, isSaved] = [streamed, saved].map((text) =>
    beginsWithText(text, before, { isForeign: true }),
  );
  if (isStreamed && isSaved) return undefined;
  return {
    verdict: "broken",
    expected: JSON.stringify(before),
    found: isStreamed
      ? `${replyRow(reply) === null ? "no reply" : JSON.stringify(saved)} in the rows`
      : JSON.stringify(streamed),
    seen: `${story(failed)}; ${describeStream(reply.stream)}`,
    rows: reply.rows,
    ...streamedAndStored(streamed, replyRow(reply)?.content),
    ...(isStreamed && causeInOnlyTurn({ rows: reply.rows, kind: "failed", isForeign: true })),
    ...(isSaved && streamed === "" && heldBack("failed")),
    // The one that fails first may be the one that nobody reads.
    ...(failed.askedTwice !== undefined && askedTwice("failed")),
  };
}
