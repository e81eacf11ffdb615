import { type Broken, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { Context } from "../stage.ts";
import { describe, type ThoughtfulReply, thoughtfulReplies, thoughtsIn } from "./scene.ts";

export const kept = defineCheck<Context["target"], readonly ThoughtfulReply[]>({
  id: "thoughts/kept",
  claim: "what a model thought is there after a reload, as it was streamed",
  why: "Thoughts that are shown and never saved are gone with the page, and nobody can tell why the reply is what it is.",
  lookAt:
    "the reply's row: thoughts in a column of their own, saved as they grow, and shown with the messages",
  needs: ["speak the contract", "think"],
  collect: thoughtfulReplies,
  judge: (replies) =>
    // That they come as thoughts is another claim's.
    firstBroken(
      replies.filter(({ stream }) => thoughtsIn(stream) !== ""),
      judgeOne,
    ) ?? { verdict: "holds", seen: replies.map(describe).join("; ") },
});

function judgeOne(reply: ThoughtfulReply): Broken | undefined {
  const streamed = thoughtsIn(reply.stream);
  const again = thoughtsIn(reply.replay);
  if (reply.row?.thinking === streamed && again === streamed) return undefined;
  return {
    verdict: "broken",
    expected: `the ${streamed.length} characters that were streamed as thoughts, in the row and when it is read again`,
    found: `in the row ${JSON.stringify(reply.row?.thinking ?? null)}, read again ${JSON.stringify(again)}`,
    seen: describe(reply),
    rows: reply.row === null ? [] : [reply.row],
  };
}
