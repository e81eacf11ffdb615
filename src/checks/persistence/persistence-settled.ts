import { defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { requireFieldInRows } from "../rows-lack-field.ts";
import { judgeEach, type Problem, rolesOf } from "./judge-every-reply.ts";
import { allReplies, causeInRows, type StoredReply } from "./stored-replies.ts";

export const settled = defineCheck<Context["target"], readonly StoredReply[]>({
  id: "persistence/settled",
  claim: "no row stays streaming, however its reply ended",
  why: "A row that is streaming for ever shows a cursor that never stops, and blocks the next message.",
  lookAt: "every way out of the loop that writes the reply, also where the client left",
  needs: ["show rows"],
  collect: allReplies,
  judge(replies) {
    if (replies.length > 0) {
      requireFieldInRows(
        replies.flatMap(({ rows }) => rows),
        "status",
      );
    }
    return judgeEach(replies, "with nothing left streaming", judgeSettled);
  },
});

function judgeSettled(reply: StoredReply): Problem | undefined {
  const { rows } = reply;
  if (rows.every(({ status }) => status !== "streaming")) return undefined;
  return { expected: "no row that is streaming", found: rolesOf(rows), ...causeInRows(reply) };
}
