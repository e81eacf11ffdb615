import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { rowsShown } from "../../targets/delete-and-look.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { isConversationGone } from "../../targets/is-conversation-gone.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { beginWaiting } from "../../targets/unstalled-time.ts";
import type { Talk } from "../any-wire-conversation.ts";
import { GIVE_UP_MS, LIMIT_MS } from "../cancel-times.ts";
import { askedTwice } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { askedTwiceWords, generationsFor, requireAsked, requireMadeByEngine } from "../engine-generations.ts";
import { foundOn } from "../found-in-run.ts";
import { requireUnbufferedReply } from "../unbuffered-reply.ts";
import { noEndWords } from "../unended-replies.ts";
import { endOf, watchGeneration } from "./cancelled-reply.ts";
import { lateBy, requireOwnTime } from "./judge-both-ends.ts";
import { requireMiddleToCancel, untilInMiddle } from "./reply-middle.ts";
import { beginReply, deleteTalk } from "./running-reply.ts";

interface DeletedConversation {
  /** What was wrong with the deletion; null where it was done. */
  readonly refused: string | null;
  /** What is shown of the conversation after that; null where none is shown anyway. */
  readonly after: "gone" | "still there" | null;
  readonly stream: SeenStream | null;
  readonly readerMs: number | null;
  readonly engineMs: number | null;
  /** As of {@link CancelledReply}. */
  readonly stalledMs?: number;
  readonly generations: readonly SeenGeneration[] | null;
  /** As of {@link CancelledReply}. */
  readonly noEnds?: string;
  readonly askedTwice?: string;
}

export const deleted = defineCheck<Context["target"], DeletedConversation>({
  id: "cancel/deleted",
  claim: "deleting a conversation in mid-reply stops the engine within 250 ms",
  why: "open-webui/open-webui#9014: the deleted conversation goes on generating, where nobody can stop it any more.",
  lookAt: "the deletion: it must cancel what runs before it takes the rows away",
  needs: ["remember conversations", "delete conversations", "show what reached the engine"],
  isTimed: true,
  collect: deleteInMidReply,
  judge(evidence) {
    const { after, readerMs, engineMs, generations, noEnds, stalledMs = 0 } = evidence;
    if (generations === null) throw new NotObservable("whether the engine stops cannot be seen here");
    requireAsked(generations);
    const atEngine = engineInWords(generations, engineMs);
    const seen = seenInWords(evidence, atEngine);
    const expected = `the engine's request aborted within ${LIMIT_MS} ms, the stream ended, the conversation gone`;
    const isAborted = generations.every(({ ended }) => ended === "aborted");
    const isGone = readerMs !== null && after !== "still there";
    const isStopped = isAborted && engineMs !== null && engineMs <= LIMIT_MS;
    if (isStopped && isGone) return { verdict: "holds", seen };
    if (readerMs === null || engineMs === null) requireOwnTime({ stalledMs });
    if (noEnds !== undefined && readerMs === null && isStopped && after !== "still there") {
      throw new NotObservable(noEnds);
    }
    const found = `the engine ${atEngine}, the stream ${readerMs === null ? "open" : "ended"}, the conversation ${after ?? "not shown"}`;
    return {
      verdict: "broken",
      expected,
      found,
      seen,
      ...(isAborted && isGone ? lateBy(engineMs, { stalledMs }) : {}),
      ...(after !== "still there" && causeAtEngine(evidence)),
    };
  },
});

/** Which of the requests a deletion reaches follows from there being several. */
function causeAtEngine({ askedTwice: twice }: DeletedConversation): Pick<Broken, "cause"> {
  return twice === undefined ? {} : askedTwice("any");
}

function seenInWords({ refused, after, askedTwice: twice }: DeletedConversation, atEngine: string): string {
  return [
    `the deletion ${refused ?? "was done"}`,
    `the engine ${atEngine}`,
    `the conversation then ${after ?? "not shown"}`,
    ...(twice === undefined ? [] : [twice]),
  ].join("; ");
}

function engineInWords(generations: readonly SeenGeneration[], engineMs: number | null): string {
  const ends = generations.map(({ ended }) => ended).join(", ");
  return engineMs === null
    ? `${ends} still, ${GIVE_UP_MS} ms after the call`
    : `${ends} after ${engineMs} ms`;
}

async function deleteInMidReply(context: Context): Promise<DeletedConversation> {
  const options = { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 };
  requireMiddleToCancel(context, options);
  await generationsFor(context, "");
  const asked = `Count to 200. ${context.canary("deleted")}`;
  const reply = await beginReply(context, options, asked);
  await untilInMiddle(context, reply, { asked, pieces: 3 });
  if (reply.hasEnded) {
    await requireMadeByEngine(context, asked, await reply.ended);
    throw new CouldNotRun("the reply had ended before its conversation could be deleted");
  }
  const start = performance.now();
  using wait = beginWaiting();
  const [refused, readerMs, seen] = await Promise.all([
    deleteTalk(context, reply.talk, context.signal),
    endOf(context, reply, start),
    watchGeneration(context, asked, start),
  ]);
  const stalledMs = Math.round(performance.now() - start - wait.elapsedMs());
  const { unended } = foundOn(context.target);
  const stream = await reply.ended;
  const twice = askedTwiceWords(context);
  if (!context.target.capabilities.has("speak the contract")) requireUnbufferedReply(stream);
  return {
    refused,
    after: await lookAfter(context, reply.talk),
    stream,
    readerMs,
    stalledMs,
    ...(unended !== undefined && { noEnds: noEndWords(unended) }),
    ...(twice !== undefined && { askedTwice: twice }),
    ...seen,
  };
}

/** As the back end shows it: elsewhere than on our own wire it may be empty, too. */
async function lookAfter(context: Context, { conversation }: Talk): Promise<DeletedConversation["after"]> {
  const { target, signal } = context;
  if (target.chat.missingAbilities["show rows"] !== undefined || conversation === null) return null;
  if (target.capabilities.has("speak the contract")) {
    return (await isConversationGone(target.chat, conversation, signal)) ? "gone" : "still there";
  }
  const rows = await rowsShown(target.chat, conversation, signal);
  return rows === null ? null : rows === 0 ? "gone" : "still there";
}
