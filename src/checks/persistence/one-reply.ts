import { defineCheck } from "../../harness/define-check.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import { replyRows } from "../../targets/reply-rows.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeEach, type Problem, rolesOf } from "./judge-every-reply.ts";
import { allReplies, causeInRows, type StoredReply } from "./stored-replies.ts";

export const oneReply = defineCheck<Context["target"], readonly StoredReply[]>({
  id: "persistence/one-reply",
  claim: "a turn has one reply, however it ended",
  why: "Stacks keep the partial reply of a cancel and the whole one beside each other.",
  lookAt: "who writes the reply: one row that is begun once and ended once",
  needs: ["show rows"],
  collect: allReplies,
  judge: (replies) =>
    judgeEach(replies.filter(isSeenEnded), "with one reply", (reply) => {
      const problem = judgeCount(reply);
      return problem && { ...problem, ...causeInRows(reply) };
    }),
});

function judgeCount(reply: StoredReply): Problem | undefined {
  const { rows, stream, speaksContract } = reply;
  const { length } = replyRows(rows);
  // Nobody else promises a row where there was not a word.
  const needsRow = speaksContract || textOf(stream).trim() !== "";
  if (length === 1 || (length === 0 && !needsRow)) return undefined;
  return { expected: "one row of a reply", found: rolesOf(rows) };
}

/** False where a reader left, and nothing tells that the reply went on: that it does is a claim of its own. */
function isSeenEnded({ stream, rows, speaksContract }: StoredReply): boolean {
  if (speaksContract || stream.end !== "given-up") return true;
  const read = textOf(stream).trim();
  return replyRows(rows).some(
    ({ status, content }) =>
      content.trim().length > read.length || (status !== undefined && status !== "streaming"),
  );
}
