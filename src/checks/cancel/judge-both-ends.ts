import * as z from "zod";
import type { CancelAnswer } from "../../contract/gateway-schemas.ts";
import { type Broken, CouldNotRun, type Verdict } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { GIVE_UP_MS, LIMIT_MS } from "../cancel-times.ts";
import { askedTwice, engineGoesOn, engineStopsAtNextPiece, otherRequestsGoOn } from "../common-causes.ts";
import { requireAsked } from "../engine-generations.ts";
import { endedInWords, isWholeEnding, lastWord } from "../stream-endings.ts";
import type { CancelledReply } from "./cancelled-reply.ts";
import { isAnswered, type SeenCancel } from "./running-reply.ts";

/** Where to look as well: which of both ends was late is what was seen. */
export const OR_THE_STREAM =
  "where the engine had stopped in time, and the stream was late, what tells the end to whoever reads";

/** Judges that a cancel was heard at the reader's end and at the engine's. */
export function judgeBothEnds(reply: CancelledReply): Verdict {
  const unseen = unseenEnd(reply);
  const broken = (unseen === undefined ? judgeReader(reply) : undefined) ?? judgeEngine(reply);
  if (broken === undefined && unseen !== undefined) throw unseen;
  return broken ?? { verdict: "holds", seen: describeCancel(reply) };
}

/** What is missing where a stream stayed open after its cancel, as all do here: that is said once, and by another claim. */
function unseenEnd(reply: CancelledReply): NotObservable | undefined {
  const { readerMs, noEnds, answers } = reply;
  const isTaken = answers[0] !== "closed" && cancelStatusOf(answers[0], reply) === "cancelled";
  return readerMs === null && isTaken && noEnds !== undefined ? new NotObservable(noEnds) : undefined;
}

/** Broken where the cancel was not answered so, or the reader's stream did not end with it in time. */
export function judgeReader(reply: CancelledReply): Broken | undefined {
  const [answer] = reply.answers;
  // Whoever has closed the stream has no other end of it to look at.
  if (answer === "closed") return undefined;
  return cancelStatusOf(answer, reply) === "cancelled" ? judgeEnding(reply) : notCancelled(reply, answer);
}

function notCancelled(reply: CancelledReply, answer: SeenCancel | undefined): Broken {
  requireHeard(reply);
  if (answer === null) requireOwnTime(reply);
  const expected = reply.isForeign
    ? "the cancel answered with success"
    : "the cancel answered with 200 and status cancelled";
  return broken(reply, expected, answerInWords(answer));
}

function judgeEnding(reply: CancelledReply): Broken | undefined {
  const { readerMs, stream, isForeign, pollMs = 0 } = reply;
  const limitMs = LIMIT_MS + pollMs;
  const ending = endOf(stream);
  // What a foreign wire calls such an end is its own affair.
  const isRightEnding = isForeign || ending === "done (cancelled)";
  if (readerMs === null || readerMs > limitMs) {
    if (readerMs === null) requireOwnTime(reply);
    const unseen = unseenEnd(reply);
    if (unseen !== undefined) throw unseen;
    const late = isRightEnding && readerMs !== null ? lateBy(readerMs - pollMs, reply) : {};
    return { ...lateEnding(reply), ...late };
  }
  if (isRightEnding) return undefined;
  return broken(
    reply,
    "a stream that ends with done (cancelled)",
    stream === null ? "it never began" : `it ${endedInWords(stream)}`,
  );
}

function lateEnding(reply: CancelledReply): Broken {
  const { readerMs, pollMs = 0 } = reply;
  const found = `${readerMs === null ? "open" : "over"} ${after(readerMs, pollMs)}`;
  const polled = pollMs === 0 ? "" : `, and ${pollMs} ms until it is asked for again`;
  return broken(reply, `the reader's stream over within ${LIMIT_MS} ms${polled}`, found);
}

/** Throws {@link CouldNotRun} where nothing ran any more: a model may have had no more to say by the time that the cancel came in. */
export function requireHeard(reply: CancelledReply): void {
  if (hadEnded(reply)) throw new CouldNotRun("the reply ended by itself before the cancel was heard");
}

function hadEnded(reply: CancelledReply): boolean {
  const { readerMs, stream } = reply;
  const [answer] = reply.answers;
  if (!isAnswered(answer) || readerMs === null) return false;
  const isIdle = cancelStatusOf(answer, reply) === "idle";
  return isIdle && readerMs <= answer.duration_ms && isWholeEnding(endOf(stream));
}

/** Broken where the engine went on, or was late to stop. */
export function judgeEngine(reply: CancelledReply): Broken | undefined {
  const { engineMs, stream, overBefore = [] } = reply;
  if (reply.generations === null) throw engineNotSeen(reply);
  requireAsked(reply.generations, stream);
  const generations = reply.generations.filter(({ id }) => !overBefore.includes(id));
  if (generations.length === 0) {
    throw new CouldNotRun("the engine had written the reply before it was cancelled");
  }
  const ends = generations.map(({ ended }) => ended);
  const isAborted = ends.every((end) => end === "aborted");
  if (engineMs !== null && engineMs <= LIMIT_MS && isAborted) return undefined;
  const expected = `the engine's request aborted within ${LIMIT_MS} ms`;
  if (engineMs === null) requireOwnTime(reply);
  const late = isAborted ? lateBy(engineMs, reply) : {};
  return {
    ...broken(reply, expected, `${ends.join(", ")} ${after(engineMs)}`),
    ...late,
    ...(reply.isForeign && causeAtEngine(reply, ends)),
  };
}

/** What is at fault where requests run on, and nothing else is: some of them, or all. */
function causeAtEngine(
  { scene, askedTwice: twice }: CancelledReply,
  ends: readonly string[],
): Pick<Broken, "cause"> {
  // Which of the requests a cancel reaches, and whether there is a stream to cancel while the other is made, follows from that.
  if (twice !== undefined) return askedTwice("any");
  const isAll = (end: string): boolean => ends.every((each) => each === end);
  // With the first piece it was over after all.
  if (isAll("aborted")) return scene === AT_ONCE ? engineStopsAtNextPiece() : {};
  if (!ends.includes("running")) return {};
  if (ends.includes("aborted")) return otherRequestsGoOn();
  if (!isAll("running") || scene === undefined) return {};
  return SILENT_SCENES.has(scene) ? engineStopsAtNextPiece() : engineGoesOn(scene);
}

/** The scene that is over soon after its engine has loaded its model; and those in which it says nothing for longer than anybody looks. */
const AT_ONCE = "at-once";
const SILENT_SCENES: ReadonlySet<string> = new Set(["before-first-token", "silence"]);

/** For a claim about the engine, where nobody keeps a record of what it is asked. */
export function engineNotSeen({ whyUnseen }: Pick<CancelledReply, "whyUnseen">): NotObservable {
  const why = whyUnseen ?? "it is seen by its own record, or by a tap (stack tap)";
  return new NotObservable(`whether the engine stops is not seen: ${why}`);
}

/** By how much an end that came was late, without what this process was held up for meanwhile. */
export function lateBy(
  ms: number | null,
  { stalledMs = 0 }: Pick<CancelledReply, "stalledMs">,
): Pick<Broken, "late_ms"> {
  return ms === null ? {} : { late_ms: ms - stalledMs - LIMIT_MS };
}

/** For an end that did not come: throws {@link CouldNotRun} where this process was held up for longer than it has waited. */
export function requireOwnTime({ stalledMs = 0 }: Pick<CancelledReply, "stalledMs">): void {
  if (stalledMs <= GIVE_UP_MS) return;
  throw new CouldNotRun(`this process was held up for ${stalledMs} ms, so it cannot tell what was late`);
}

/** Which reply was cancelled is another claim's business, and not told by every backend. */
const AnswerStatus = z.object({ status: z.enum(["cancelled", "idle"]) });

/**
 * `cancelled` or `idle`, where the call was answered so; else undefined. On a foreign wire success is as good, unless
 * it says that nothing ran.
 */
export function cancelStatusOf(
  answer: SeenCancel | undefined,
  { isForeign }: Partial<Pick<CancelledReply, "isForeign">> = {},
): CancelAnswer["status"] | undefined {
  if (answer === "closed" || answer === "said") return "cancelled";
  if (!isAnswered(answer) || answer.status >= 300) return undefined;
  const said = AnswerStatus.safeParse(answer.body).data?.status;
  if (isForeign === true) return said ?? "cancelled";
  return answer.status === 200 ? said : undefined;
}

/** `200 {"status":"idle", ...}` */
export function answerInWords(answer: SeenCancel | undefined): string {
  if (answer === "closed") return "done by closing the stream";
  if (answer === "said") return "said on the reply's WebSocket";
  if (!isAnswered(answer)) return `no answer within ${GIVE_UP_MS} ms`;
  return `${answer.status} ${answerExcerpt(answer)}`;
}

/** What was done and when each end was over, in one line. */
export function describeCancel(reply: CancelledReply): string {
  const { answers, stream, readerMs, engineMs, generations, pollMs = 0, unheardTokens } = reply;
  const calls = answers.map((answer) => {
    if (answer === "closed") return "the reader closed the stream";
    if (answer === "said") return "the cancel was said on the reply's WebSocket";
    return `${answer?.request ?? "POST .../cancel"} answered ${short(answer)}`;
  });
  const engine =
    generations === null || generations.length === 0
      ? "the engine was not seen"
      : `the engine ${generations.map(({ ended }) => ended).join(", ")} ${after(engineMs)}`;
  const reader =
    readerMs === null
      ? `the stream had not ended ${GIVE_UP_MS + pollMs} ms after the call`
      : `the stream ${stream === null ? "had not begun" : endedInWords(stream)} ${after(readerMs)}`;
  const atReader = answers.includes("closed") ? [] : [reader];
  const before =
    unheardTokens === undefined
      ? []
      : [`the engine was at the reply (tokens: ${unheardTokens}), of which its reader had no word yet`];
  const more = reply.askedTwice === undefined ? [] : [reply.askedTwice];
  return [...before, ...calls, [...atReader, engine].join(", "), ...more].join("; ");
}

function endOf(stream: CancelledReply["stream"]): string {
  return stream === null ? "nothing" : lastWord(stream);
}

function short(answer: SeenCall | null): string {
  return answer === null
    ? "nothing"
    : `${cancelStatusOf(answer) ?? answer.status} after ${answer.duration_ms} ms`;
}

function after(ms: number | null, pollMs = 0): string {
  return ms === null ? `still, ${GIVE_UP_MS + pollMs} ms after the call` : `${ms} ms after the call`;
}

function broken(reply: CancelledReply, expected: string, found: string): Broken {
  return { verdict: "broken", expected, found, seen: describeCancel(reply) };
}
