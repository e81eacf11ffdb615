import { DEFAULTS } from "../../contract/contract-defaults.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { beginTalk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { tokens } from "../contract-replies.ts";
import { hear, texts } from "../hear-reply.ts";
import { converseIn, sayIn } from "../say-and-hear.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import { answerInWords, cancelStatusOf } from "./judge-both-ends.ts";
import { cancelInTime, placeWith, type SeenCancel } from "./running-reply.ts";

/** A cancel of a reply that had ended, while the next one of its conversation was being written. */
interface LateCancel {
  readonly at: "hmi" | "gateway";
  readonly answer: SeenCancel;
  /** Of the next reply. */
  readonly next: SeenStream;
}

export const late = defineCheck<Context["target"], readonly LateCancel[]>({
  id: "cancel/late",
  claim: "a late cancel of one reply never touches the next: it answers idle",
  why: "Whoever presses Stop at the very end, or has a slow connection, loses the answer to the next question.",
  lookAt: "the cancel's message_id, at the HMI and at the gateway: compared with the reply that runs",
  needs: ["speak the contract"],
  collect: async (context) => [await cancelLateAtHmi(context), await cancelLateAtGateway(context)],
  judge: (cancels) =>
    firstBroken(cancels, judgeOne) ?? {
      verdict: "holds",
      seen: cancels
        .map(
          ({ at, answer, next }) =>
            `${at}: ${answerInWords(answer)}; the next reply ended with ${lastWord(next)}`,
        )
        .join("; "),
    },
});

/** What is written while the late cancel comes in: its silence is the time for that. */
const BRIEF = { stand_in_tokens: 9, stand_in_token_ms: 0, stand_in_pause_after: 4, stand_in_pause_ms: 150 };

async function cancelLateAtHmi(context: Context): Promise<LateCancel> {
  const talk = await beginTalk(context, await placeWith(context, { num_predict: 24, ...BRIEF }));
  const { sent: ended } = await converseIn(context, talk, `Count to 20. ${context.canary("ended")}`);
  const sent = await sayIn(context, talk, `Count to 20. ${context.canary("next")}`);
  const hearing = hear(context, talk, sent);
  await hearing.until("its third token", texts(3));
  const { chat } = context.target;
  const { conversation } = talk;
  const answer = await cancelInTime(context, (signal) =>
    chat.cancel({ conversation, reply: ended.reply }, signal),
  );
  return { at: "hmi", answer, next: await hearing.ended };
}

async function cancelLateAtGateway(context: Context): Promise<LateCancel> {
  const { gateway } = context.target;
  const { signal } = context;
  const session_id = context.canary("at the gateway");
  const begun = Promise.withResolvers<void>();
  const isThird = tokens(3);
  const stream = gateway.stream("POST", gatewayRoutes.chat.path(), {
    signal,
    body: {
      session_id,
      message_id: `${session_id}-next`,
      agent_id: DEFAULTS.agentId,
      content: "Count to 20.",
      think: false,
      options: { num_predict: 24, ...BRIEF },
    },
    onEvent({ event }) {
      if ("type" in event && isThird(event)) begun.resolve();
    },
  });
  await Promise.race([begun.promise, stream]);
  const body = { message_id: `${session_id}-ended` };
  const answer = await gateway.call("POST", gatewayRoutes.cancel.path({ session_id }), { body, signal });
  return { at: "gateway", answer, next: await stream };
}

function judgeOne({ at, answer, next }: LateCancel) {
  const word = lastWord(next);
  if (cancelStatusOf(answer) === "idle" && isWholeEnding(word)) return undefined;
  return {
    verdict: "broken" as const,
    expected: "200 idle, and the next reply written to its end",
    found: `${answerInWords(answer)}; the next reply ended with ${word}`,
    seen: `at the ${at === "hmi" ? "HMI" : "gateway"}, a cancel of the reply before`,
  };
}
