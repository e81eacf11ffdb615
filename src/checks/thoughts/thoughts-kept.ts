import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { conversationNotNamed } from "../../targets/drivers/conversation-not-named.ts";
import { thoughtsOf } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { rowsLackField } from "../rows-lack-field.ts";
import {
  describeThoughts,
  requireThoughts,
  type ThoughtfulReply,
  thoughtfulReplies,
} from "./thoughtful-replies.ts";

export const kept = defineCheck<Context["target"], readonly ThoughtfulReply[]>({
  id: "thoughts/kept",
  claim: "what a model thought is there after a reload, as it was streamed",
  why: "Thoughts that are shown and never saved are gone with the page, and nobody can tell why the reply is what it is.",
  lookAt:
    "the reply's row: thoughts in a column of their own, saved as they grow, and shown with the messages",
  needs: ["think", "show rows", "remember conversations"],
  collect: thoughtfulReplies,
  judge(replies) {
    // That they come as thoughts is another claim's.
    const thoughtful = replies.filter(({ stream }) => thoughtsOf(stream) !== "");
    replies.filter(({ word }) => word === null).forEach(requireThoughts);
    return (
      firstBroken(thoughtful, judgeOne) ?? {
        verdict: "holds",
        seen: replies.map(describeThoughts).join("; "),
      }
    );
  },
});

function judgeOne(reply: ThoughtfulReply): Broken | undefined {
  const streamed = thoughtsOf(reply.stream);
  if (reply.conversation === null) throw conversationNotNamed();
  if (reply.row !== null && reply.row.thinking === undefined) throw rowsLackField("thinking");
  const again = reply.replay && thoughtsOf(reply.replay);
  if (reply.row?.thinking === streamed && (again === null || again === streamed)) return undefined;
  return {
    verdict: "broken",
    expected: `the ${streamed.length} characters that were streamed as thoughts, in the row${again === null ? "" : " and when it is read again"}`,
    found: `in the row ${JSON.stringify(reply.row?.thinking ?? null)}${again === null ? "" : `, read again ${JSON.stringify(again)}`}`,
    seen: describeThoughts(reply),
    rows: reply.row === null ? [] : [reply.row],
  };
}
