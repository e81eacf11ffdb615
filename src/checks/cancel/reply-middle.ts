import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { pollMsOf } from "../cancel-times.ts";
import type { Context } from "../contract-conversations.ts";
import { generationsFor } from "../engine-generations.ts";
import { texts } from "../hear-reply.ts";
import { untilHeard } from "../heard-pieces.ts";
import { isHeldBack, requireMiddle } from "../held-back-replies.ts";
import type { RunningReply } from "./running-reply.ts";

/** Whether replies come whole when they are over, and the engine is seen to be at one of which its reader has no word yet. */
export function isMiddleSeenAtEngine(context: Context): boolean {
  const { capabilities } = context.target;
  const isWatched =
    !capabilities.has("speak the contract") && capabilities.has("show what reached the engine");
  return isWatched && isHeldBack(context);
}

/**
 * For a claim that cancels in the middle of a reply: throws {@link NotObservable} where replies as long as these options make it come
 * whole when they are over, and nobody can see that the engine is at one.
 */
export function requireMiddleToCancel(context: Context, options: EngineOptions): void {
  if (!isMiddleSeenAtEngine(context)) requireMiddle(context, options);
}

/** What the engine wrote this long ago, in milliseconds, is not on its way any more: it is held back. */
const ON_ITS_WAY_MS = 50;

/** An engine that is asked for an answer in one piece shows no token of it before: it is at it after so long, in milliseconds. */
const AT_IT_AFTER_MS = 300;

const LOOK_AGAIN_MS = 20;

/**
 * Waits until so many pieces of a reply's text have come; where its words are held back, or told when it is over, until the engine that
 * is watched has written as many: what is cancelled then is cancelled in its middle, too.
 *
 * @returns how many tokens the engine had written of which none had come; undefined where they had
 */
export async function untilInMiddle(
  context: Context,
  reply: RunningReply,
  { asked, pieces }: { readonly asked: string; readonly pieces: 1 | 3 },
): Promise<number | undefined> {
  const heard = untilHeard(context, reply, pieces);
  if (!isMiddleSeenAtEngine(context)) {
    await heard;
    return undefined;
  }
  const over = new AbortController();
  const unheard = untilUnheard(context, reply, { asked, pieces, signal: over.signal });
  // Whichever is waited for is told; the other may fail later.
  for (const each of [heard, unheard]) each.catch(() => undefined);
  try {
    const tokens = await Promise.race([heard, unheard]);
    return tokens ?? undefined;
  } finally {
    over.abort();
  }
}

interface Unheard {
  readonly asked: string;
  readonly pieces: number;
  readonly signal: AbortSignal;
}

/** Resolves once the engine has written so much, and its reader has had none of it for a while; never where that has some. */
async function untilUnheard(
  context: Context,
  reply: RunningReply,
  { asked, pieces, signal }: Unheard,
): Promise<number> {
  let isHeard = false;
  reply.until("its first word", texts(1)).then(
    () => {
      isHeard = true;
    },
    () => undefined,
  );
  const onItsWayMs = ON_ITS_WAY_MS + 2 * pollMsOf(context);
  let since: number | undefined;
  const isUnheard = (generation: SeenGeneration | undefined): boolean => {
    if (isHeard || generation === undefined || !isWriting(generation, pieces)) return false;
    since ??= performance.now();
    return performance.now() - since >= onItsWayMs;
  };
  const written = await pollUntil(
    { signal: AbortSignal.any([context.signal, signal]), pauseMs: LOOK_AGAIN_MS },
    Number.POSITIVE_INFINITY,
    async () => (await generationsFor(context, asked)).at(-1),
    isUnheard,
  );
  return written?.tokens_sent ?? 0;
}

function isWriting({ ended, tokens_sent, started_at }: SeenGeneration, pieces: number): boolean {
  const isAtIt = tokens_sent >= pieces || Date.now() - Date.parse(started_at) >= AT_IT_AFTER_MS;
  return ended === "running" && isAtIt;
}
