import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenNotice } from "../../targets/drivers/reply-facts.ts";
import { describeStream, eventsIn, finishReasonOf, textIn } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { replyRow, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";

/** More often, and more of it, than a text may say the same before it is told (contract, section 1). */
const PIECE = "I said that before. ";
const TIMES = 120;

export const repeating = defineCheck<Context["target"], readonly SeenReply[]>({
  id: "limits/repeating",
  claim: "a reply that says the same again and again is told as such, once, and goes on",
  why: "A small model that had lost its way said one sentence for ten minutes, and nobody was told why nothing else worked.",
  lookAt: "the text as it grows: whether its end is one piece many times over",
  needs: ["speak the contract", "direct the engine"],
  collect: async (context) => [
    await sendAndSeeReply(context, {
      door: "message",
      name: "repeating",
      options: { stand_in_reply: PIECE.repeat(TIMES), stand_in_token_ms: 0 },
    }),
  ],
  judge: (replies) =>
    firstBroken(replies, judgeOne) ?? {
      verdict: "holds",
      seen: replies.map(({ stream }) => describeStream(stream)).join("; "),
    },
});

function judgeOne(reply: SeenReply): Broken | undefined {
  const { stream } = reply;
  const events = eventsIn(stream);
  const isIt = ({ code }: SeenNotice): boolean => code === "repeating";
  const told = events.filter((event) => event.type === "notice" && isIt(event)).length;
  const saved = replyRow(reply)?.notices?.filter(isIt).length ?? 0;
  const isWhole = textIn(stream.events) === PIECE.repeat(TIMES) && finishReasonOf(stream) === "stop";
  if (told === 1 && saved === 1 && isWhole) return undefined;
  return {
    verdict: "broken",
    expected: "one notice repeating in the stream and in the row, and the whole text",
    found: `in the stream: ${told}, in the row: ${saved}, the text ${isWhole ? "whole" : "not whole"}`,
    seen: `one sentence ${TIMES} times; ${describeStream(stream)}`,
    rows: reply.rows,
  };
}
