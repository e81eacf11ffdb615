import { type Broken, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { type CancelledReply, cancelAndLook, untilOnItsWay } from "./cancelled-reply.ts";
import { describeCancel, judgeEngine, judgeReader } from "./judge-both-ends.ts";

export const atOnce = defineCheck<Context["target"], CancelledReply>({
  id: "cancel/at-once",
  claim: "a cancel right after the message, before anything came of it, is not lost",
  why: "huggingface/chat-ui#2334: a cancel before the first token is lost, and the whole reply comes.",
  lookAt:
    "the time between the message's answer and its reply's first event: a cancel in it must wait for the generation, not miss it",
  needs: ["cancel"],
  isTimed: true,
  collect: (context) =>
    cancelAndLook(context, {
      name: "at-once",
      options: { num_predict: 400, stand_in_load_ms: 500, stand_in_tokens: 100, stand_in_token_ms: 20 },
      when: (reply, asked) => untilOnItsWay(context, reply, asked),
    }),
  // Whether the engine was asked by then is a matter of chance, so only the reader's end is judged, where it has one.
  judge: (reply) =>
    judgeReader(reply) ?? judgeLeft(reply) ?? { verdict: "holds", seen: describeCancel(reply) },
});

/** A stream that was closed has one end only: at the engine, if that was asked at all. */
function judgeLeft(reply: CancelledReply): Broken | undefined {
  const { answers, generations } = reply;
  return answers[0] === "closed" && generations?.length !== 0 ? judgeEngine(reply) : undefined;
}
