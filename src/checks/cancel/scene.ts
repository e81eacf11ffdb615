import type { GenerationRecord } from "../../contract/engine.ts";
import type { EngineOptions } from "../../contract/gateway.ts";
import type { Message } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/check.ts";
import type { SeenCall, SeenStream } from "../../target/http.ts";
import { generationsFor } from "../engine-record.ts";
import { lookUntil, type Reading, readReply, readRows, readSettledRows, say } from "../reading.ts";
import { type Context, makeProfile, makeSession } from "../stage.ts";

/** A reply that was cancelled, seen from both ends. */
export interface CancelledReply {
  readonly sessionId: string;
  /** Of the reply. */
  readonly messageId: string;
  readonly asked: string;
  /** What each call to cancel answered; null where it did not within {@link GIVE_UP_MS}. */
  readonly answers: readonly (SeenCall | null)[];
  readonly stream: SeenStream;
  /** From the first call to the end of the reader's stream, in milliseconds; null where it did not end. */
  readonly readerMs: number | null;
  /**
   * From the first call until the engine's own record showed the end, in milliseconds: an upper limit. Null where
   * it did not, where the engine was never asked, and where it cannot be watched.
   */
  readonly engineMs: number | null;
  /** What the engine was asked for this message. */
  readonly generations: readonly GenerationRecord[];
  /** The conversation as it was stored after that. */
  readonly rows: readonly Message[];
}

/** What is to be cancelled, and when. */
export interface CancelScene {
  /** Names the scene's canary. */
  readonly name: string;
  readonly options: EngineOptions;
  /** Waits for the moment to cancel at. */
  readonly moment: (reading: Reading, asked: string) => Promise<void>;
  /** Calls for the cancel; once, where this is left out. */
  readonly cancel?: (once: () => Promise<SeenCall | null>) => Promise<CancelledReply["answers"]>;
}

/** Within so many milliseconds of the call both ends are over (contract, section 2). */
export const LIMIT_MS = 250;

/** After so many milliseconds an end is not waited for any more. */
export const GIVE_UP_MS = 750;

/** So often a cancel is tried whose ends came, but late: a machine that is busy stalls now and then, a bug always. */
const ATTEMPTS = 3;

/** Begins a reply in a conversation of its own, cancels it, and looks at both ends. */
export async function cancelReply(context: Context, scene: CancelScene): Promise<CancelledReply> {
  return await unlessStalled((attempt) =>
    cancelOneReply(context, { ...scene, name: `${scene.name} ${attempt}` }),
  );
}

/** Tries again where an end came, but late. */
export async function unlessStalled<Seen extends Pick<CancelledReply, "readerMs" | "engineMs">>(
  collect: (attempt: number) => Promise<Seen>,
): Promise<Seen> {
  for (let attempt = 1; ; attempt += 1) {
    const seen = await collect(attempt);
    const slowest = Math.max(seen.readerMs ?? 0, seen.engineMs ?? 0);
    if (slowest <= LIMIT_MS || attempt === ATTEMPTS) return seen;
  }
}

async function cancelOneReply(context: Context, scene: CancelScene): Promise<CancelledReply> {
  const { name, options, moment, cancel = async (once) => [await once()] } = scene;
  const sessionId = await makeSession(context, await profileWith(context, options));
  await generationsFor(context, "");
  const asked = `Count to 200. ${context.canary(name)}`;
  const { assistant_message_id: messageId } = await say(context, sessionId, asked);
  const reading = readReply(context, sessionId);
  await moment(reading, asked);
  if (reading.hasEnded) throw new CouldNotRun("the reply had ended before it could be cancelled");
  const start = performance.now();
  const refused = new AbortController();
  const cancelling = cancel(async () => {
    const answer = await cancelOnce(context, sessionId);
    // It ends nothing that could be waited for.
    if (answer !== null && answer.status !== 200) refused.abort();
    return answer;
  });
  // Not before it has been answered: of a call that was cut off nothing is known.
  const leave = (): Promise<void> =>
    reading.until("its first event", () => true).then(reading.leave, () => undefined);
  refused.signal.addEventListener("abort", leave, { once: true });
  const [answers, readerMs, seen] = await Promise.all([
    cancelling,
    endOf(reading, start),
    watchEngine(context, asked, start, refused.signal),
  ]);
  return {
    sessionId,
    messageId,
    asked,
    answers,
    stream: await reading.ended,
    readerMs,
    ...seen,
    // A reply that goes on in spite of it is not waited for.
    rows: await (readerMs === null ? readRows : readSettledRows)(context, sessionId),
  };
}

/** A profile of the suite's own for these options, made once. */
export async function profileWith(context: Context, options: EngineOptions): Promise<number> {
  const name = `profile with ${JSON.stringify(options)}`;
  return await context.share(name, () => makeProfile(context, { name: "cancel", options }));
}

/** Asks the HMI to cancel, this reply or whichever runs; null where it does not answer in time. */
export async function cancelOnce(
  context: Context,
  sessionId: string,
  messageId?: string,
): Promise<SeenCall | null> {
  const tooLate = AbortSignal.timeout(GIVE_UP_MS);
  try {
    const path = hmiRoutes.cancel.path({ session_id: sessionId });
    const signal = AbortSignal.any([context.signal, tooLate]);
    const body = messageId === undefined ? {} : { body: { message_id: messageId } };
    return await context.target.hmi.call("POST", path, { signal, ...body });
  } catch (error) {
    if (tooLate.aborted && !context.signal.aborted) return null;
    throw error;
  }
}

/** Milliseconds from `start` to the end of the stream; null where it does not come. Nobody reads it any more then. */
export async function endOf(reading: Reading, start: number): Promise<number | null> {
  const giveUp = setTimeout(() => reading.leave(), GIVE_UP_MS);
  const { end } = await reading.ended;
  clearTimeout(giveUp);
  return end === "given-up" ? null : since(start);
}

/** Waits until the engine's record of this message has an end, or until that is `pointless`. */
export async function watchEngine(
  context: Context,
  asked: string,
  start: number,
  pointless?: AbortSignal,
): Promise<Pick<CancelledReply, "engineMs" | "generations">> {
  const generations = await lookUntil(
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
