import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { describeStream, eventsIn, finishReasonOf } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { replyRow, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";

/** What the engine says in `Retry-After`, in seconds. */
const RETRY_AFTER_S = 7;

export const rateLimited = defineCheck<Context["target"], readonly SeenReply[]>({
  id: "limits/rate-limited",
  claim: "an engine that is asked too often is told as rate_limited, with when to come back",
  why: "Told as a failure of the engine, it sends people looking for a bug, and programs into trying again at once.",
  lookAt: "what becomes of the engine's 429 and its Retry-After",
  needs: ["speak the contract", "direct the engine"],
  collect: (context) =>
    Promise.all(
      (["message", "gateway"] as const).map((door) =>
        sendAndSeeReply(context, {
          door,
          name: `too often ${door}`,
          options: { stand_in_status: 429, stand_in_retry_after: RETRY_AFTER_S },
        }),
      ),
    ),
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? {
      verdict: "holds",
      seen: replies.map(({ stream }) => describeStream(stream)).join("; "),
    },
});

function judgeOne(reply: SeenReply): Broken | undefined {
  const { stream } = reply;
  const event = eventsIn(stream).find(({ type }) => type === "error");
  const error = event?.type === "error" ? event : undefined;
  const row = replyRow(reply);
  const isTold = error?.code === "rate_limited" && error.retry_after_s === RETRY_AFTER_S;
  if (isTold && (row === null || row.error?.code === "rate_limited")) return undefined;
  const saved = row === null ? "" : `; in the row ${row.error?.code ?? "no error"}`;
  return {
    verdict: "broken",
    expected: `an error, rate_limited, with retry_after_s ${RETRY_AFTER_S}`,
    found: `${error?.code ?? `no error, done(${finishReasonOf(stream)})`}, retry_after_s ${error?.retry_after_s ?? "not told"}${saved}`,
    seen: `the engine answered 429 with Retry-After: ${RETRY_AFTER_S}; ${describeStream(stream)}`,
    rows: row === null ? [] : [row],
  };
}
