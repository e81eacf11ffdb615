import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { describeStream } from "../arrived-events.ts";
import { heldBack } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import {
  type Disturbance,
  requireLongerThanHeldUp,
  requireMoreThanOwnDelay,
  requireUndisturbed,
  timeUndisturbed,
} from "../measurement-disturbance.ts";
import { type Door, doorsOf, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";
import { judgeOwnPace, repliesAtOwnPace } from "./own-pace.ts";

interface PacedReplies extends Disturbance {
  /** Never silent: one token after another, at {@link PACE_MS}, or at the pace of an engine that nobody directs. */
  readonly paced: readonly SeenReply[];
  readonly isDirected: boolean;
}

const DOORS: readonly Door[] = ["general-stream", "gateway"];

/** From one token to the next, in milliseconds. */
const PACE_MS = 20;
const PACED_TOKENS = 16;

/** Held up for half of such a reply, this process merges its tokens itself, in milliseconds. */
const MERGING_MS = (PACED_TOKENS * PACE_MS) / 2;

export const pace = defineCheck<Context["target"], PacedReplies>({
  id: "sse/pace",
  claim: "tokens arrive as the engine writes them, not in bursts",
  why: "llama.cpp #20872: something on the way collects tokens, and the reply stutters.",
  lookAt: "whatever buffers between engine and reader: each token must be flushed at once",
  needs: ["push replies"],
  isTimed: true,
  isMostlyWaiting: true,
  async collect(context) {
    const { capabilities, reasonsMissing } = context.target;
    const isDirected = capabilities.has("direct the engine");
    if (!isDirected && !capabilities.has("show what reached the engine")) {
      throw new NotObservable(
        reasonsMissing["direct the engine"] ?? "the engine cannot be told how to answer",
      );
    }
    const { seen, ...disturbance } = await timeUndisturbed(
      () => MERGING_MS,
      () => (isDirected ? pacedReplies(context) : repliesAtOwnPace(context)),
    );
    return { paced: seen, isDirected, ...disturbance };
  },
  judge({ paced, isDirected, ...disturbance }) {
    const seen = paced.map((reply) => `${momentsIn(reply).length} moments over ${spreadOf(reply)} ms`);
    const broken = isDirected
      ? firstBroken(paced, (reply) => judgeOne(reply, disturbance))
      : judgeOwnPace(paced, disturbance);
    return broken ?? { verdict: "holds", seen: seen.join("; ") };
  },
});

async function pacedReplies(context: Context): Promise<readonly SeenReply[]> {
  const options = { stand_in_tokens: PACED_TOKENS, stand_in_token_ms: PACE_MS };
  return await Promise.all(
    doorsOf(context, DOORS).map((door) => sendAndSeeReply(context, { door, name: `paced ${door}`, options })),
  );
}

/** A machine that is busy merges some tokens; what buffers merges most of them. */
const LEAST_MOMENTS = 3;

function judgeOne(reply: SeenReply, disturbance: Disturbance): Broken | undefined {
  requireAsked(reply.generations, reply.stream);
  const [asked] = reply.generations ?? [];
  if (!asked?.first_token_at || !asked.ended_at) throw new CouldNotRun("the engine's own pace is not known");
  const sentOver = Date.parse(asked.ended_at) - Date.parse(asked.first_token_at);
  const moments = momentsIn(reply);
  const heldBackMs = sentOver - spreadOf(reply);
  const isInBursts = moments.length < LEAST_MOMENTS;
  if (!isInBursts && heldBackMs <= sentOver / 2) return undefined;
  requireUndisturbed(disturbance);
  if (isInBursts) requireMoreThanOwnDelay(disturbance, usualGapOf(reply) - PACE_MS);
  else requireLongerThanHeldUp(disturbance, heldBackMs);
  return {
    verdict: "broken",
    expected: `${asked.tokens_sent} tokens over about ${sentOver} ms, as the engine sent them`,
    found: `tokens at ${moments.length} moments over ${spreadOf(reply)} ms`,
    seen: describeStream(reply.stream),
    ...(reply.door === "wire" && moments.length === 1 && heldBack("whole")),
  };
}

/** When tokens arrived; those that came nearly together are one moment. */
function momentsIn({ stream }: SeenReply): readonly number[] {
  const times = stream.facts.flatMap(({ kind, at_ms }) => (kind === "text" ? [at_ms] : []));
  return times.filter((at, index) => at - (times[index - 1] ?? Number.NEGATIVE_INFINITY) >= PACE_MS / 2);
}

/** From one moment to the next, in the mean; where all came at once, for as long as they were held back, in milliseconds. */
function usualGapOf(reply: SeenReply): number {
  const moments = momentsIn(reply).length;
  return moments < 2 ? PACED_TOKENS * PACE_MS : spreadOf(reply) / (moments - 1);
}

/** From the first token to the last, in milliseconds. */
function spreadOf(reply: SeenReply): number {
  const moments = momentsIn(reply);
  return Math.round((moments.at(-1) ?? 0) - (moments[0] ?? 0));
}
