/** An engine that nobody can tell how to answer: what its record shows of how it wrote a reply is how it has to arrive. */
import { arrivalMoments } from "../../contract/arrival-moments.ts";
import { type Broken, CouldNotRun } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { COUNTING_MESSAGE } from "../../targets/counting-message.ts";
import {
  FEWEST_TELLING_TOKENS,
  HELD_BACK_SHARE,
  isMerged,
  LUMP_REST_MS,
  restBetween,
  SHORTEST_TELLING_MS,
} from "../../targets/held-back-text.ts";
import { describeStream } from "../arrived-events.ts";
import { heldBack } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import {
  type Disturbance,
  requireLongerThanHeldUp,
  requireMoreThanOwnDelay,
  requireUndisturbed,
} from "../measurement-disturbance.ts";
import { doorsOf, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";

/** A reply of some length; a second one where the first did not arrive as it was written, because once may be chance. */
export async function repliesAtOwnPace(context: Context): Promise<readonly SeenReply[]> {
  const [door = "wire"] = doorsOf(context, ["general-stream"]);
  const ask = (name: string): Promise<SeenReply> =>
    sendAndSeeReply(context, { door, name, say: COUNTING_MESSAGE, options: { num_predict: 96 } });
  const first = await ask("pace");
  return holdingOf(first, writtenPace(first)) === undefined ? [first] : [first, await ask("pace again")];
}

/** Broken where none of them arrived as it was written. */
export function judgeOwnPace(replies: readonly SeenReply[], disturbance: Disturbance): Broken | undefined {
  const each = replies.map((reply) => {
    const written = writtenPace(reply);
    return { reply, written, held: holdingOf(reply, written) };
  });
  const [seen] = each;
  if (seen?.held === undefined || each.some(({ held }) => held === undefined)) return undefined;
  const { reply, written } = seen;
  const moments = momentsIn(reply);
  const spreadMs = spreadOf(moments);
  requireUndisturbed(disturbance);
  if (seen.held === "whole") requireLongerThanHeldUp(disturbance, written.ms - spreadMs);
  else requireMoreThanOwnDelay(disturbance, restOf(moments));
  return {
    verdict: "broken",
    expected: `${written.tokens} tokens over about ${Math.round(written.ms)} ms, as a tap saw the engine write them`,
    found: `tokens at ${moments.length === 1 ? "1 moment" : `${moments.length} moments over ${Math.round(spreadMs)} ms`}`,
    seen: describeStream(reply.stream),
    ...(reply.door === "wire" && seen.held === "whole" && heldBack("whole")),
  };
}

/** How an engine wrote a reply, by its record. */
interface WrittenPace {
  readonly tokens: number;
  readonly ms: number;
  /** Left out where nobody saw its bytes come. */
  readonly moments: number | undefined;
}

/** Throws {@link NotObservable} where that shows no pace. */
function writtenPace({ generations, stream }: SeenReply): WrittenPace {
  requireAsked(generations, stream);
  const asked = generations?.findLast(({ ended }) => ended === "done");
  if (!asked?.first_token_at || !asked.ended_at) throw new CouldNotRun("the engine's own pace is not known");
  const ms = Date.parse(asked.ended_at) - Date.parse(asked.first_token_at);
  if (ms < SHORTEST_TELLING_MS || asked.tokens_sent < FEWEST_TELLING_TOKENS) {
    throw new NotObservable(
      `asked to "${COUNTING_MESSAGE}", the engine wrote ${asked.tokens_sent} tokens within ${Math.round(ms)} ms: that shows no pace`,
    );
  }
  return { tokens: asked.tokens_sent, ms, moments: asked.moments_sent };
}

/** How a reply was held back; undefined where it was not. */
function holdingOf(reply: SeenReply, written: WrittenPace): "whole" | "lumps" | undefined {
  const moments = momentsIn(reply);
  if (moments.length === 0) throw new CouldNotRun("no text arrived");
  if (spreadOf(moments) <= written.ms * HELD_BACK_SHARE) return "whole";
  const isInLumps = isMerged(moments.length, written.moments ?? 0) && restOf(moments) >= LUMP_REST_MS;
  return isInLumps ? "lumps" : undefined;
}

function momentsIn({ stream }: SeenReply): readonly number[] {
  return arrivalMoments(stream.facts.flatMap(({ kind, at_ms }) => (kind === "text" ? [at_ms] : [])));
}

/** From the first moment to the last, in milliseconds. */
function spreadOf(moments: readonly number[]): number {
  return (moments.at(-1) ?? 0) - (moments[0] ?? 0);
}

/** From one moment to the next, in the mean, in milliseconds. */
function restOf(moments: readonly number[]): number {
  return restBetween(moments.length, spreadOf(moments));
}
