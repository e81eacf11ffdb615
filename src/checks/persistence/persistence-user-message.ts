import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { isSavedAsStreamed } from "../saved-as-streamed.ts";
import { judgeEach, type Problem, rolesOf } from "./judge-every-reply.ts";
import { allReplies, causeInRows, type StoredReply } from "./stored-replies.ts";

export const keptMessage = defineCheck<Context["target"], readonly StoredReply[]>({
  id: "persistence/user-message",
  claim: "the user's message is kept, however its reply ends",
  why: "huggingface/chat-ui#459: a cancel loses the message too, and it cannot be sent again.",
  lookAt:
    "the saving of the message: before the engine is asked, in a transaction that no later failure undoes",
  needs: ["show rows"],
  collect: allReplies,
  judge: (replies) =>
    judgeEach(replies, "with the user's message", (reply) => {
      const problem = judgeUser(reply);
      // Whether its reply is there is for another claim.
      const isRepeated = reply.rows.filter(({ role }) => role === "user").length > 1;
      return problem && { ...problem, ...(isRepeated && causeInRows(reply)) };
    }),
});

/** Where it stands among the rows is for the claim about their order. */
function judgeUser({ rows, asked, stream, speaksContract }: StoredReply): Problem | undefined {
  const users = rows.filter(({ role }) => role === "user");
  // What was refused may be sent again, and need not be kept.
  if (stream.status >= 300 && users.length === 0) return undefined;
  if (users.length === 1 && isSavedAsStreamed(users[0]?.content, asked, { isForeign: !speaksContract }))
    return undefined;
  const other = users.length === 1 ? "; its text is another one" : "";
  return { expected: "the message once, as it was sent", found: `${rolesOf(rows)}${other}` };
}
