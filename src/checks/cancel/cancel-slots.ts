import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { beginWaiting } from "../../targets/unstalled-time.ts";
import { beginTalk, type Talk } from "../any-wire-conversation.ts";
import type { Context } from "../contract-conversations.ts";
import { fewerOnRealEngine } from "../engine-workload.ts";
import { converseIn } from "../say-and-hear.ts";
import { endInWords, isWholeEnding, lastWord, requireNoneFailed } from "../stream-endings.ts";
import { endOf } from "./cancelled-reply.ts";
import { cancelStatusOf } from "./judge-both-ends.ts";
import { requireMiddleToCancel, untilInMiddle } from "./reply-middle.ts";
import { beginReply, isAnswered, placeWith, requireCancellable, type SeenCancel } from "./running-reply.ts";

/** More than anybody keeps in reserve. */
const CANCELS = 24;

/** Of a real engine these tell enough; of any, where each takes long, after this long, in milliseconds. */
const FEWEST_CANCELS = CANCELS / 2;
const CANCELLING_MS = 10_000;

/** How many replies are cancelled at a time where a back end of others answers many at once: each may take its time to begin. */
const TOGETHER = 4;

function togetherOn({ target: { capabilities } }: Context): number {
  const isMany = !capabilities.has("speak the contract") && capabilities.has("answer many at once");
  return isMany ? TOGETHER : 1;
}

/** How many messages are sent at the same time after that. */
const MESSAGES = 8;

interface Slots {
  /** As of {@link CancelledReply}. */
  readonly isForeign: boolean;
  readonly cancels: readonly SeenCancel[];
  /** Whether the stream of the last of these replies had no end in spite of its cancel. */
  readonly hasNoEnd: boolean;
  /** The replies after all the cancels, in conversations of their own. */
  readonly streams: readonly SeenStream[];
}

export const slots = defineCheck<Context["target"], Slots>({
  id: "cancel/slots",
  claim: "a cancel gives back what the generation held: many of them leave room for as many messages",
  why: "BerriAI/litellm#27955: each cancelled stream keeps a slot, and in the end nothing is answered.",
  lookAt:
    "what a generation takes (a slot, a connection, a counter), and that every way to its end gives it back",
  needs: ["cancel"],
  async collect(context) {
    const slow = { num_predict: 400, stand_in_tokens: 100, stand_in_token_ms: 20 };
    requireMiddleToCancel(context, slow);
    using wait = beginWaiting();
    const cancels: SeenCancel[] = [];
    let hasNoEnd = false;
    const wished = fewerOnRealEngine(context, FEWEST_CANCELS, CANCELS);
    while (cancels.length < wished) {
      if (cancels.length >= FEWEST_CANCELS && wait.elapsedMs() > CANCELLING_MS) break;
      const begun = cancels.length;
      const together = begun === 0 ? 1 : togetherOn(context);
      const names = Array.from({ length: together }, (_, index) => `${begun + index + 1}`);
      const seen = await Promise.all(names.map((name) => cancelOne(context, slow, name)));
      // What fails before anything was cancelled lacks no slot.
      const [first] = seen;
      if (begun === 0 && first?.stream != null) requireNoneFailed(first.stream);
      cancels.push(...seen.map(({ answer }) => answer));
      // Of a reply that goes on in spite of its cancel, nothing was given back, and nor would it be of the next.
      hasNoEnd = seen.some(({ isOver }) => !isOver);
      if (hasNoEnd) break;
    }
    const place = await placeWith(context, { num_predict: 2 });
    const talks: Talk[] = [];
    for (let count = 1; count <= MESSAGES; count += 1) talks.push(await beginTalk(context, place));
    const replies = talks.map((talk, index) =>
      converseIn(context, talk, `Hello ${context.canary(`message ${index}`)}`),
    );
    const streams = (await Promise.all(replies)).map(({ stream }) => stream);
    const isForeign = !context.target.capabilities.has("speak the contract");
    return { isForeign, cancels, hasNoEnd, streams };
  },
  judge({ isForeign, cancels, hasNoEnd, streams }) {
    const cancelled = cancels.filter(
      (answer) => cancelStatusOf(answer, { isForeign }) === "cancelled",
    ).length;
    if (isForeign && hasNoEnd)
      throw new NotObservable(
        "the stream of a reply had no end after its cancel (cancel/mid-reply judges that): whether what it held was given back is not seen",
      );
    if (cancelled < FEWEST_CANCELS)
      throw new CouldNotRun(`only ${cancelled} of ${cancels.length} replies were cancelled`);
    const ends = streams.filter((stream) => !isWholeEnding(lastWord(stream))).map(endInWords);
    const whole = streams.length - ends.length;
    const seen = `${cancelled} replies cancelled, then ${streams.length} messages at once: ${whole} answered whole`;
    if (streams.length > 0 && whole === streams.length) return { verdict: "holds", seen };
    const found = `${whole}; others ended with ${[...new Set(ends)].join(", ")}`;
    return { verdict: "broken", expected: `${streams.length} replies written to their ends`, found, seen };
  },
});

async function cancelOne(
  context: Context,
  options: EngineOptions,
  name: string,
): Promise<{ answer: SeenCancel; isOver: boolean; stream: SeenStream | null }> {
  const asked = `Count to 200. ${context.canary(name)}`;
  const reply = await beginReply(context, options, asked);
  // A stack that has no slot left ends the reply instead.
  await untilInMiddle(context, reply, { asked, pieces: 1 }).catch((error: unknown) => {
    if (error instanceof NotObservable) throw error;
    return reply.ended;
  });
  const start = performance.now();
  const answer = await reply.cancel();
  // A cancel that was refused leaves a reply that nobody has the time to wait for.
  const isTaken = answer === "said" || (isAnswered(answer) && answer.status < 300);
  if (!isTaken) reply.leave();
  const isOver = !isTaken || (await endOf(context, reply, start)) !== null;
  const stream = await reply.ended;
  await requireCancellable(context, reply);
  return { answer, isOver, stream };
}
