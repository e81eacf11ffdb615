import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenRow } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { isSavedAsStreamed } from "../saved-as-streamed.ts";
import { type KilledReply, killedReply } from "./killed-reply.ts";
import { describeKill, requireLook } from "./killed-reply-words.ts";

export const onceAfterHmiKill = defineCheck<Context["target"], KilledReply>({
  id: "drill/hmi-once",
  claim: "where the HMI is killed in mid-reply, the message is there once, with one reply",
  why: "A start that answers again what it finds unanswered doubles the reply; one that forgets it loses the message.",
  lookAt:
    "what a start does with rows that are streaming: it ends them, or goes on with them in the same row",
  needs: ["kill the hmi", "show rows"],
  collect: (context) => killedReply(context, "hmi"),
  judge(reply) {
    const seen = describeKill(reply);
    const looks = [requireLook(reply, reply.rows), ...(reply.history === null ? [] : [reply.history])];
    return firstBroken(looks, (rows) => judgeRows(rows, reply, seen)) ?? { verdict: "holds", seen };
  },
});

function judgeRows(rows: readonly SeenRow[], reply: KilledReply, seen: string): Broken | undefined {
  const users = rows.filter(({ role }) => role === "user");
  const replies = rows.filter(({ role }) => role === "assistant");
  const isAsked = users.length === 1 && isSavedAsStreamed(users[0]?.content, reply.asked, reply);
  if (isAsked && replies.length === 1) return undefined;
  return {
    verdict: "broken",
    expected: "the message as it was sent, once, and one reply to it",
    found: rows.map(({ role, status = "" }) => `${role} ${status}`.trim()).join(", ") || "no rows",
    seen,
    rows,
  };
}
