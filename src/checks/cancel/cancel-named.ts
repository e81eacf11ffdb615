import { CancelAnswer } from "../../contract/gateway-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { Context } from "../contract-conversations.ts";
import { texts } from "../hear-reply.ts";
import { lastWord } from "../stream-endings.ts";
import { endOf } from "./cancelled-reply.ts";
import { answerInWords, cancelStatusOf } from "./judge-both-ends.ts";
import { beginReply, cancelInTime, isAnswered, type SeenCancel } from "./running-reply.ts";

interface NamedCancel {
  readonly by: "the reply's id" | "the id of its message";
  /** The reply's. */
  readonly messageId: string | null;
  readonly answer: SeenCancel;
  readonly stream: SeenStream | null;
}

export const named = defineCheck<Context["target"], readonly NamedCancel[]>({
  id: "cancel/named",
  claim: "a cancel that names the reply, or its message, ends that reply and says which it was",
  why: "A call that names a conversation stops whatever runs there by the time it arrives.",
  lookAt: "the cancel's message_id: the reply's own, or that of the message that it answers",
  needs: ["speak the contract"],
  collect: async (context) => [
    await cancelBy(context, "the reply's id"),
    await cancelBy(context, "the id of its message"),
  ],
  judge: (cancels) =>
    firstBroken(cancels, judgeOne) ?? {
      verdict: "holds",
      seen: cancels.map(({ by, answer }) => `by ${by}: ${answerInWords(answer)}`).join("; "),
    },
});

async function cancelBy(context: Context, by: NamedCancel["by"]): Promise<NamedCancel> {
  const options = { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 };
  const reply = await beginReply(context, options, `Count to 200. ${context.canary(by)}`);
  const sent = await reply.taken;
  await reply.until("its first token", texts(1));
  const start = performance.now();
  const name = by === "the reply's id" ? sent.reply : sent.message;
  const { conversation } = reply.talk;
  const { chat } = context.target;
  const answer = await cancelInTime(context, (signal) => chat.cancel({ conversation, reply: name }, signal));
  // A cancel that ended nothing leaves nothing to wait for.
  if (cancelStatusOf(answer) !== "cancelled") reply.leave();
  await endOf(context, reply, start);
  return { by, messageId: sent.reply, answer, stream: await reply.ended };
}

function judgeOne({ by, messageId, answer, stream }: NamedCancel) {
  const body = isAnswered(answer) ? answer.body : null;
  const cancelled = CancelAnswer.safeParse(body).data;
  const said = cancelled?.status === "cancelled" ? cancelled.message_id : undefined;
  const word = stream === null ? "nothing" : lastWord(stream);
  if (word === "done (stop)") throw new CouldNotRun("the reply had ended before it could be cancelled");
  if (said === messageId && word === "done (cancelled)") return undefined;
  return {
    verdict: "broken" as const,
    expected: `200 cancelled of reply ${messageId}, its stream ended with done (cancelled)`,
    found: `${answerInWords(answer)}, the stream ended with ${word}`,
    seen: `a cancel by ${by}`,
  };
}
