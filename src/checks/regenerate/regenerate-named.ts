import { ErrorBody } from "../../contract/common-schemas.ts";
import { SentMessage } from "../../contract/hmi-schemas.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { Context } from "../contract-conversations.ts";
import { areSame, type Regenerated, regenerate, rowsInWords } from "./regenerated-reply.ts";

interface Evidence {
  /** By the name of a reply that others have followed. */
  readonly older: Regenerated;
  /** By the name of the last one. */
  readonly last: Regenerated;
}

export const named = defineCheck<Context["target"], Evidence>({
  id: "regenerate/named",
  claim: "only the reply that is named is made again: one that others have followed is refused with 409",
  why: "A button beside an older reply, or one that was pressed late, must not take away the newest.",
  lookAt: "regenerate's message_id: compared with the conversation's last exchange before anything is begun",
  needs: ["speak the contract"],
  collect: async (context) => ({
    older: await regenerate(context, {
      name: "older",
      turns: 2,
      body: (rows) => ({ message_id: rows[1]?.message_id }),
    }),
    last: await regenerate(context, { name: "last", body: (rows) => ({ message_id: rows[1]?.message_id }) }),
  }),
  judge(evidence) {
    const { older, last } = evidence;
    return (
      judgeOlder(older) ??
      judgeLast(last) ?? {
        verdict: "holds",
        seen: `of an older reply ${older.answer.status}, of the last ${last.answer.status}`,
      }
    );
  },
});

function judgeOlder({ before, answer, after }: Regenerated): Broken | undefined {
  if (before.length < 4) throw new CouldNotRun(`two turns were not saved: ${rowsInWords(before)}`);
  const code = ErrorBody.safeParse(answer.body).data?.error.code;
  if (answer.status === 409 && code === "message_superseded" && areSame(before, after)) return undefined;
  return {
    verdict: "broken",
    expected: "409 message_superseded, and the rows as they were",
    found: `${answer.status} ${code ?? "without an error code"}; rows after: ${rowsInWords(after)}`,
    seen: `${answer.request} by the name of reply ${before[1]?.message_id}; rows before: ${rowsInWords(before)}`,
    rows: after,
  };
}

function judgeLast({ before, answer }: Regenerated): Broken | undefined {
  const sent = SentMessage.safeParse(answer.body).data;
  if (answer.status === 200 && sent?.message_id === before[0]?.message_id) return undefined;
  return {
    verdict: "broken",
    expected: "200 for the last reply",
    found: `${answer.status} ${answerExcerpt(answer)}`,
    seen: `${answer.request} by the name of reply ${before[1]?.message_id}`,
  };
}
