import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import { replyRows } from "../../targets/reply-rows.ts";
import type { Context } from "../contract-conversations.ts";
import { requireFieldInRows } from "../rows-lack-field.ts";
import { isSavedAsStreamed } from "../saved-as-streamed.ts";
import { allReplies, describeStored, type StoredReply } from "./stored-replies.ts";

export const keptMessage = defineCheck<Context["target"], readonly StoredReply[]>({
  id: "persistence/user-message",
  claim: "the user's message is kept, however its reply ends",
  why: "huggingface/chat-ui#459: a cancel loses the message too, and it cannot be sent again.",
  lookAt:
    "the saving of the message: before the engine is asked, in a transaction that no later failure undoes",
  needs: ["show rows"],
  collect: allReplies,
  judge: (replies) => judgeEach(replies, "with the user's message", judgeUser),
});

export const oneReply = defineCheck<Context["target"], readonly StoredReply[]>({
  id: "persistence/one-reply",
  claim: "a turn has one reply, however it ended",
  why: "Stacks keep the partial reply of a cancel and the whole one beside each other.",
  lookAt: "who writes the reply: one row that is begun once and ended once",
  needs: ["show rows"],
  collect: allReplies,
  judge: (replies) => judgeEach(replies.filter(isSeenEnded), "with one reply", judgeCount),
});

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

function judgeEach(
  replies: readonly StoredReply[],
  how: string,
  judgeOne: (reply: StoredReply) => Pick<Broken, "expected" | "found"> | undefined,
) {
  const broken = firstBroken(replies, (reply): Broken | undefined => {
    const problem = judgeOne(reply);
    return problem && { verdict: "broken", ...problem, seen: describeStored(reply), rows: reply.rows };
  });
  const names = replies.map(({ name }) => name).join(", ");
  return broken ?? { verdict: "holds" as const, seen: `replies ${how}: ${names}` };
}

/** Where it stands among the rows is for the claim about their order. */
function judgeUser({
  rows,
  asked,
  stream,
  speaksContract,
}: StoredReply): Pick<Broken, "expected" | "found"> | undefined {
  const users = rows.filter(({ role }) => role === "user");
  // What was refused may be sent again, and need not be kept.
  if (stream.status >= 300 && users.length === 0) return undefined;
  if (users.length === 1 && isSavedAsStreamed(users[0]?.content, asked, { isForeign: !speaksContract }))
    return undefined;
  const other = users.length === 1 ? "; its text is another one" : "";
  return { expected: "the message once, as it was sent", found: `${rolesOf(rows)}${other}` };
}

function judgeCount(reply: StoredReply): Pick<Broken, "expected" | "found"> | undefined {
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

function judgeSettled({ rows }: StoredReply): Pick<Broken, "expected" | "found"> | undefined {
  if (rows.every(({ status }) => status !== "streaming")) return undefined;
  return { expected: "no row that is streaming", found: rolesOf(rows) };
}

function rolesOf(rows: StoredReply["rows"]): string {
  return rows.map(({ role, status }) => `${role}${status ? ` ${status}` : ""}`).join(", ") || "no rows";
}
