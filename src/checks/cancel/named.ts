import { CancelAnswer } from "../../contract/gateway.ts";
import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { SeenCall, SeenStream } from "../../target/http.ts";
import { readReply, say, tokens } from "../reading.ts";
import { type Context, makeSession } from "../stage.ts";
import { lastWord } from "../stream-words.ts";
import { answerInWords, statusOf } from "./both-ends.ts";
import { cancelOnce, endOf, profileWith } from "./scene.ts";

interface NamedCancel {
  readonly by: "the reply's id" | "the id of its message";
  /** The reply's. */
  readonly messageId: string;
  readonly answer: SeenCall | null;
  readonly stream: SeenStream;
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
  const sessionId = await makeSession(context, await profileWith(context, options));
  const sent = await say(context, sessionId, `Count to 200. ${context.canary(by)}`);
  const reading = readReply(context, sessionId);
  await reading.until("its first token", tokens(1));
  const start = performance.now();
  const messageId = sent.assistant_message_id;
  const answer = await cancelOnce(context, sessionId, by === "the reply's id" ? messageId : sent.message_id);
  // A cancel that ended nothing leaves nothing to wait for.
  if (statusOf(answer) !== "cancelled") reading.leave();
  await endOf(reading, start);
  return { by, messageId, answer, stream: await reading.ended };
}

function judgeOne({ by, messageId, answer, stream }: NamedCancel) {
  const cancelled = CancelAnswer.safeParse(answer?.body).data;
  const said = cancelled?.status === "cancelled" ? cancelled.message_id : undefined;
  const word = lastWord(stream);
  if (word === "done (stop)") throw new CouldNotRun("the reply had ended before it could be cancelled");
  if (said === messageId && word === "done (cancelled)") return undefined;
  return {
    verdict: "broken" as const,
    expected: `200 cancelled of reply ${messageId}, its stream ended with done (cancelled)`,
    found: `${answerInWords(answer)}, the stream ended with ${word}`,
    seen: `a cancel by ${by}`,
  };
}
