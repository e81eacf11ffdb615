import { defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import { tokens } from "../reading.ts";
import type { Context } from "../stage.ts";
import { answerInWords, describe, judgeReader, statusOf } from "./both-ends.ts";
import { type CancelledReply, type CancelScene, cancelReply } from "./scene.ts";

export const twice = defineCheck<Context["target"], readonly CancelledReply[]>({
  id: "cancel/twice",
  claim: "a cancel may be repeated, also at the same time: each call answers 200, and the reply ends once",
  why: "A user who sees nothing happen presses the button again; the contract makes that safe.",
  lookAt: "a cancel that finds the generation gone: it is idle then, not an error",
  needs: [],
  async collect(context) {
    const cancelled = (name: string, cancel: CancelScene["cancel"]): Promise<CancelledReply> =>
      cancelReply(context, {
        name,
        options: { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 },
        moment: (reading) => reading.until("its first token", tokens(1)),
        ...(cancel && { cancel }),
      });
    return [
      await cancelled("one after the other", async (once) => [await once(), await once()]),
      await cancelled("at the same time", (once) => Promise.all([once(), once()])),
    ];
  },
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? { verdict: "holds", seen: replies.map(describe).join(" | ") },
});

function judgeOne(reply: CancelledReply) {
  const refused = reply.answers.find((answer) => statusOf(answer) === undefined);
  const seen = describe(reply);
  if (refused !== undefined) {
    const expected = "200 with status cancelled or idle for each call";
    return { verdict: "broken" as const, expected, found: answerInWords(refused), seen };
  }
  // Of two calls at the same time either may be the one that ends it.
  const answers = reply.answers.toSorted((a, b) => (statusOf(a) ?? "").localeCompare(statusOf(b) ?? ""));
  return judgeReader({ ...reply, answers }) ?? judgeRow(reply, seen);
}

function judgeRow({ rows, messageId }: CancelledReply, seen: string) {
  const row = rows.find(({ message_id }) => message_id === messageId);
  if (row?.status === "cancelled") return undefined;
  return {
    verdict: "broken" as const,
    expected: "the reply cancelled",
    found: row?.status ?? "no row",
    seen,
    rows,
  };
}
