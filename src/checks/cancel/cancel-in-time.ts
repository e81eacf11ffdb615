import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { refusedWords } from "../../targets/drivers/refusal.ts";
import { abortAfterWaiting } from "../../targets/unstalled-time.ts";
import type { Context } from "../contract-conversations.ts";
import { nameFor } from "../hear-reply.ts";
import { requireMiddleToCancel, untilInMiddle } from "./reply-middle.ts";
import { beginReply, deleteTalk, type RunningReply } from "./running-reply.ts";

/** A call that ends a reply of which nothing more comes. */
interface TimedCall {
  readonly what: "cancel" | "delete";
  /** What was wrong with its answer; null for nothing, or where there was none. */
  readonly refused: string | null;
  /** Until it was answered; null where it was not within {@link PATIENCE_MS}. */
  readonly answeredMs: number | null;
}

/** Within this many milliseconds either call is answered (contract, section 3). */
const LIMIT_MS = 1_000;
const PATIENCE_MS = 2_000;

export const inTime = defineCheck<Context["target"], readonly TimedCall[]>({
  id: "cancel/in-time",
  claim: "cancel and delete answer within 1 s, also while nothing comes of the reply any more",
  why: "A Stop that waits for what does not answer is the one thing that must not happen to it.",
  lookAt: "what a cancel waits for: after a moment it must end the reply by itself",
  needs: ["direct the engine"],
  isTimed: true,
  async collect(context) {
    const { capabilities } = context.target;
    const isDeletable =
      capabilities.has("delete conversations") && capabilities.has("remember conversations");
    const calls = [
      ...(capabilities.has("cancel") ? [await endStalled(context, "cancel")] : []),
      ...(isDeletable ? [await endStalled(context, "delete")] : []),
    ].filter((call) => call !== null);
    if (calls.length > 0) return calls;
    const { missingAbilities: lacking } = context.target.chat;
    const noCancel = lacking.cancel ?? "here a reply is ended by its own stream, on which nobody answers";
    const noDelete = lacking["delete conversations"] ?? lacking["remember conversations"];
    throw new NotObservable([noCancel, noDelete].filter((reason) => reason !== undefined).join("; "));
  },
  judge: (calls) =>
    firstBroken(calls, judgeOne) ?? {
      verdict: "holds",
      seen: calls.map(({ what, answeredMs }) => `${what} after ${answeredMs} ms`).join("; "),
    },
});

/** Null where a reply is ended by what nobody answers. */
async function endStalled(context: Context, what: TimedCall["what"]): Promise<TimedCall | null> {
  const options = { num_predict: 400, stand_in_tokens: 100, stand_in_fail: "stall", stand_in_fail_after: 4 };
  requireMiddleToCancel(context, options);
  const asked = `Count to 200. ${context.canary(what)}`;
  const reply = await beginReply(context, options, asked);
  await untilInMiddle(context, reply, { asked, pieces: 3 });
  const tooLate = abortAfterWaiting(PATIENCE_MS);
  const signal = AbortSignal.any([context.signal, tooLate]);
  const start = performance.now();
  try {
    const refused =
      what === "cancel"
        ? await cancelAnswer(context, reply, signal)
        : await deleteTalk(context, reply.talk, signal);
    if (refused === "unanswered") return null;
    return { what, refused, answeredMs: Math.round((performance.now() - start) * 100) / 100 };
  } catch (error) {
    if (!tooLate.aborted || context.signal.aborted) throw error;
    return { what, refused: null, answeredMs: null };
  } finally {
    reply.leave();
    await reply.ended;
  }
}

async function cancelAnswer(
  context: Context,
  reply: RunningReply,
  signal: AbortSignal,
): Promise<string | null> {
  const answer = await context.target.chat.cancel(nameFor(context, reply.name()), signal);
  // What is said on a WebSocket, or done by closing a stream, nobody answers.
  if (answer === null || answer === "said") return "unanswered";
  return answer.status < 300 ? null : refusedWords(answer);
}

function judgeOne({ what, refused, answeredMs }: TimedCall): Broken | undefined {
  if (answeredMs !== null && refused === null && answeredMs <= LIMIT_MS) return undefined;
  return {
    verdict: "broken",
    expected: `success within ${LIMIT_MS} ms`,
    found:
      answeredMs === null
        ? `no answer within ${PATIENCE_MS} ms`
        : `${refused ?? "an answer"} after ${answeredMs} ms`,
    seen: `${what} while the engine is silent for ever`,
    ...(answeredMs !== null && refused === null && { late_ms: answeredMs - LIMIT_MS }),
  };
}
