import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { type SeenRow, textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { afterWaiting, beginWaiting } from "../../targets/unstalled-time.ts";
import { GIVE_UP_MS, pollMsOf } from "../cancel-times.ts";
import type { Context } from "../contract-conversations.ts";
import { conversationRows, settledRowsOf } from "../conversation-rows.ts";
import { askedTwiceWords, generationsFor, requireAsked, requireMadeByEngine } from "../engine-generations.ts";
import { foundOn } from "../found-in-run.ts";
import { requireUnbufferedReply } from "../unbuffered-reply.ts";
import { noEndWords } from "../unended-replies.ts";
import { isMiddleSeenAtEngine, requireMiddleToCancel, untilInMiddle } from "./reply-middle.ts";
import { beginReply, isAnswered, type RunningReply, type SeenCancel } from "./running-reply.ts";

/** A reply that was cancelled, seen from both ends. */
export interface CancelledReply {
  /** True of a wire that is not ours, which promises none of the contract's words. */
  readonly isForeign: boolean;
  readonly asked: string;
  /** What each call to cancel answered. */
  readonly answers: readonly SeenCancel[];
  /** Null where it was left before it began. */
  readonly stream: SeenStream | null;
  /** From the first call to the end of the reader's stream, in milliseconds; null where it did not end. */
  readonly readerMs: number | null;
  /**
   * From the first call until the engine's own record showed the end, in milliseconds: an upper limit. Null where
   * it did not, where the engine was never asked, and where it cannot be watched.
   */
  readonly engineMs: number | null;
  /** The name of its scene; left out by the contract's own wire. */
  readonly scene?: string;
  /** How many tokens the engine had written before the first call, of which its reader had none; left out where that had text. */
  readonly unheardTokens?: number;
  /** As of {@link pollMsOf}; left out where the stream tells its end by itself. */
  readonly pollMs?: number;
  /** For how long this process was held up in all while the ends were waited for, in milliseconds; left out for not at all. */
  readonly stalledMs?: number;
  /** What the engine was asked for this message; null where it cannot be watched. */
  readonly generations: readonly SeenGeneration[] | null;
  /** Those of them that were over before the first call, by their ids; left out for none. */
  readonly overBefore?: readonly number[];
  /** As of {@link askedTwiceWords}; left out where the engine is asked once. */
  readonly askedTwice?: string;
  /** How a reply before this one was waited for in vain to its end, in words; left out where all had one. */
  readonly noEnds?: string;
  /** Why the engine cannot be watched, where that is so and known. */
  readonly whyUnseen?: string;
  /** The conversation as it was stored after that; null where the back end shows none, or the scene is not about them. */
  readonly rows: readonly SeenRow[] | null;
}

/** What is to be cancelled, and when. */
export interface CancelScene {
  /** Names the scene's canary. */
  readonly name: string;
  readonly options: EngineOptions;
  /**
   * When it is cancelled: once so many pieces of text have come, as of {@link untilInMiddle}; or what waits for another moment, of
   * which the reply need not have a middle.
   */
  readonly when: 1 | 3 | ((reply: RunningReply, asked: string) => Promise<unknown>);
  /** Whether a claim is about what is stored after it: rows are waited for, and some never settle. */
  readonly looksAtRows?: boolean;
  /** Calls for the cancel; once, where this is left out. */
  readonly cancel?: (once: () => Promise<SeenCancel>) => Promise<CancelledReply["answers"]>;
}

/** Begins a reply in a conversation of its own, cancels it, and looks at both ends. */
export async function cancelAndLook(context: Context, scene: CancelScene): Promise<CancelledReply> {
  const wasSeenAtEngine = isMiddleSeenAtEngine(context);
  try {
    return await cancelAndLookOnce(context, scene);
  } catch (error) {
    const isNews = !wasSeenAtEngine && isMiddleSeenAtEngine(context);
    if (typeof scene.when !== "number" || !isNews || !(error instanceof NotObservable)) throw error;
    // By this reply it is known that they come when they are over: its middle is to be seen at the engine.
    return await cancelAndLookOnce(context, { ...scene, name: `${scene.name}${AGAIN}` });
  }
}

const AGAIN = " again";

async function cancelAndLookOnce(context: Context, scene: CancelScene): Promise<CancelledReply> {
  const { name, options, when, looksAtRows = false, cancel = async (once) => [await once()] } = scene;
  const { capabilities } = context.target;
  if (typeof when === "number") requireMiddleToCancel(context, options);
  await generationsFor(context, "");
  const asked = `Count to 200. ${context.canary(name)}`;
  const reply = await beginReply(context, options, asked);
  const unheardTokens =
    typeof when === "number"
      ? await untilInMiddle(context, reply, { asked, pieces: when })
      : void (await when(reply, asked));
  await untilNamed(context, reply);
  if (reply.hasEnded) {
    await requireMadeByEngine(context, await wordingOf(reply, asked), await reply.ended);
    throw new CouldNotRun("the reply had ended before it could be cancelled");
  }
  const overBefore = await endedFor(context, asked);
  const start = performance.now();
  using wait = beginWaiting();
  const refused = new AbortController();
  const cancelling = cancel(async () => {
    const answer = await reply.cancel();
    // It ends nothing that could be waited for.
    if (isAnswered(answer) && answer.status >= 300) refused.abort();
    return answer;
  });
  // Not before it has been answered: of a call that was cut off nothing is known.
  const leave = (): Promise<void> =>
    reply.until("its first event", () => true).then(reply.leave, () => undefined);
  refused.signal.addEventListener("abort", leave, { once: true });
  const [answers, readerMs, seen] = await Promise.all([
    cancelling,
    endOf(context, reply, start),
    watchGeneration(context, asked, start, refused.signal),
  ]);
  const stalledMs = Math.round(since(start) - wait.elapsedMs());
  const isForeign = !capabilities.has("speak the contract");
  const { unended } = foundOn(context.target);
  const stream = await reply.ended;
  const askedTwice = askedTwiceWords(context);
  if (isForeign) {
    requireUnbufferedReply(stream);
    if (stream !== null && textOf(stream) !== "") requireAsked(seen.generations, stream);
  }
  return {
    isForeign,
    asked: await wordingOf(reply, asked),
    answers,
    stream,
    readerMs,
    pollMs: pollMsOf(context),
    stalledMs,
    ...(isForeign && { scene: scene.name.replace(AGAIN, "") }),
    ...(unheardTokens !== undefined && { unheardTokens }),
    ...(overBefore.length > 0 && { overBefore }),
    ...(unended !== undefined && { noEnds: noEndWords(unended) }),
    ...(askedTwice !== undefined && { askedTwice }),
    ...seen,
    rows: looksAtRows ? await rowsAfter(context, reply, readerMs) : null,
  };
}

/** What the engine has done for this message and is over, by its record's ids: no cancel is to abort it. */
async function endedFor(context: Context, asked: string): Promise<readonly number[]> {
  if (context.target.capabilities.has("speak the contract")) return [];
  return (await generationsFor(context, asked)).flatMap(({ id, ended }) => (ended === "running" ? [] : [id]));
}

/** As it was said; of a message that was left before it was taken, as it was to be. */
async function wordingOf({ taken }: RunningReply, asked: string): Promise<string> {
  return await taken.then(
    ({ text }) => text,
    () => asked,
  );
}

/** A page, too, can stop only what it knows the name of. */
async function untilNamed({ target }: Context, reply: RunningReply): Promise<void> {
  const isNameless = (): boolean => target.chat.awaitsName?.(reply.name()) === true;
  if (isNameless()) await reply.until("its name", () => !isNameless());
}

async function rowsAfter(
  context: Context,
  { talk }: RunningReply,
  readerMs: number | null,
): Promise<CancelledReply["rows"]> {
  if (!context.target.capabilities.has("show rows") || talk.conversation === null) return null;
  // A reply that goes on in spite of it is not waited for.
  return readerMs === null
    ? await conversationRows(context, talk, ANY_ROLES)
    : await settledRowsOf(context, talk, undefined, ANY_ROLES);
}

/** The claims about both ends need no rows; the one about them looks at their roles itself. */
const ANY_ROLES = { judgesRoles: true } as const;

/** Waits until a message was taken; on wires where its answer is the stream, at the latest until it reached the engine. */
export async function untilOnItsWay(
  context: Context,
  { taken }: RunningReply,
  asked: string,
): Promise<unknown> {
  let isTaken = false;
  const settled = taken.finally(() => {
    isTaken = true;
  });
  const reached = pollUntil(
    context,
    ON_ITS_WAY_MS,
    () => generationsFor(context, asked),
    (seen) => isTaken || seen.length > 0,
  );
  return await Promise.race([settled, reached]);
}

/** Longer than anything takes a message before it asks the engine, in milliseconds. */
const ON_ITS_WAY_MS = 5_000;

/**
 * Milliseconds from `start` to the end of the stream; null where it does not come. Nobody reads it any more then. On a wire
 * that is not ours the end is where it is told, as a page takes it: what is closed after that may be closed by whoever reads.
 */
export async function endOf(context: Context, reply: RunningReply, start: number): Promise<number | null> {
  const callOff = afterWaiting(GIVE_UP_MS + pollMsOf(context), () => reply.leave());
  const isPromised = context.target.capabilities.has("speak the contract");
  const told = isPromised
    ? undefined
    : reply
        .until("its end", ({ kind }) => kind === "done")
        .then(
          () => since(start),
          () => undefined,
        );
  const stream = await reply.ended;
  callOff();
  if (stream === null || stream.end === "given-up") return null;
  const closed = since(start);
  return (await told) ?? closed;
}

/** Waits until the engine's record of this message has an end, or until that is `pointless`. */
export async function watchGeneration(
  context: Context,
  asked: string,
  start: number,
  pointless?: AbortSignal,
): Promise<Pick<CancelledReply, "engineMs" | "generations" | "whyUnseen">> {
  if (!context.target.capabilities.has("show what reached the engine")) {
    const whyUnseen = context.target.reasonsMissing["show what reached the engine"];
    return { generations: null, engineMs: null, ...(whyUnseen !== undefined && { whyUnseen }) };
  }
  const generations = await pollUntil(
    context,
    GIVE_UP_MS,
    () => generationsFor(context, asked),
    (seen) => pointless?.aborted === true || seen.every(({ ended }) => ended !== "running"),
  );
  const hasEnded = generations.length > 0 && generations.every(({ ended }) => ended !== "running");
  return { generations, engineMs: hasEnded ? since(start) : null };
}

function since(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100;
}
