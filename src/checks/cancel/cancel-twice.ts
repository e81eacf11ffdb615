import { defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { causeInOnlyTurn } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { type CancelledReply, type CancelScene, cancelAndLook } from "./cancelled-reply.ts";
import {
  answerInWords,
  cancelStatusOf,
  describeCancel,
  judgeReader,
  requireOwnTime,
} from "./judge-both-ends.ts";
import { isAnswered, type SeenCancel } from "./running-reply.ts";

export const twice = defineCheck<Context["target"], readonly CancelledReply[]>({
  id: "cancel/twice",
  claim: "a cancel may be repeated, also at the same time: no call fails, and the reply ends once",
  why: "A user who sees nothing happen presses the button again: that must be safe.",
  lookAt: "a cancel that finds the generation gone: it has nothing to do then, which is no error",
  needs: ["cancel", "cancel by a call"],
  isTimed: true,
  async collect(context) {
    const cancelled = (name: string, cancel: CancelScene["cancel"]): Promise<CancelledReply> =>
      cancelAndLook(context, {
        name,
        options: { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 },
        when: 1,
        ...(cancel && { cancel }),
      });
    const first = await cancelled("one after the other", async (once) => [await once(), await once()]);
    // What cannot be done twice need not be tried again.
    if (first.answers.includes("closed")) return [first];
    return [first, await cancelled("at the same time", (once) => Promise.all([once(), once()]))];
  },
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? { verdict: "holds", seen: replies.map(describeCancel).join(" | ") },
});

function judgeOne(reply: CancelledReply) {
  const { isForeign } = reply;
  if (reply.answers.includes("closed")) {
    throw new NotObservable("here a reply is ended by closing its stream, which nobody can do twice");
  }
  const refused = reply.answers.find((answer) => !(isForeign ? isNoFailure(answer) : cancelStatusOf(answer)));
  const seen = describeCancel(reply);
  if (refused === null) requireOwnTime(reply);
  if (refused !== undefined) {
    const expected = isForeign
      ? "an answer for each call, and none of a failure"
      : "200 with status cancelled or idle for each call";
    return { verdict: "broken" as const, expected, found: answerInWords(refused), seen };
  }
  // Of two calls at the same time either may be the one that ends it.
  const answers = reply.answers.toSorted((a, b) => rankOf(a, reply) - rankOf(b, reply));
  return judgeReader({ ...reply, answers }) ?? judgeRow(reply, seen);
}

/** On a foreign wire the second call may find nothing to cancel, and say so in any way but as a failure. */
function isNoFailure(answer: SeenCancel): boolean {
  return answer === "said" || (isAnswered(answer) && answer.status < 500);
}

function rankOf(answer: SeenCancel, reply: CancelledReply): number {
  return ["cancelled", "idle", undefined].indexOf(cancelStatusOf(answer, reply));
}

function judgeRow({ rows, isForeign }: CancelledReply, seen: string) {
  if (rows === null) return undefined;
  const replies = rows.filter(({ role }) => role === "assistant");
  const [row] = replies;
  // What a foreign back end makes of a cancelled reply is another claim's.
  const isOnce = isForeign ? replies.length <= 1 : row?.status === "cancelled";
  if (isOnce) return undefined;
  return {
    verdict: "broken" as const,
    expected: isForeign ? "one reply at most" : "the reply cancelled",
    found: isForeign ? `replies: ${replies.length}` : (row?.status ?? "no row"),
    seen,
    rows,
    ...causeInOnlyTurn({ rows, kind: "cancelled", isForeign }),
  };
}
