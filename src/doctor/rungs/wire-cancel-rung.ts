import { randomUUID } from "node:crypto";
import type { Role } from "../../config/service-config.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import { isRefusedWithSuccess } from "../../targets/drivers/error-with-success.ts";
import { isRefusal, wordsIn } from "../../targets/drivers/refusal.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { pollUntil } from "../../targets/poll-until.ts";
import type { BrokenRung, Rung, RungFinding } from "../climb-ladder.ts";
import { callDeadline, type ExaminedStack } from "../doctor-context.ts";
import { judgeReply } from "../judge-reply.ts";
import { isTokenRefused, refusedByFront } from "../refused-call.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { seconds, shortened } from "../text-helpers.ts";
import {
  goesOn,
  judgeBeforeCancel,
  judgeEngineStop,
  judgeUnrecorded,
  LONG,
  neverBegun,
  type StreamAfterCancel,
  whenEngineWrites,
} from "./judge-engine-stop.ts";
import { type EngineRecord, openEngineRecord } from "./open-engine-record.ts";
import { sendTestMessage, type TestMessage } from "./wire-reply-rungs.ts";

/** A cancel, by a call or by closing the connection, stops the engine. */
export function wireCancelRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/cancel`,
    service,
    name: "cancel",
    needs: [`${service}/reply`],
    // What comes when it is over cannot be cancelled in the middle.
    barredBy: { id: `${service}/pace`, code: "buffered" },
    async look(stack) {
      const { chat } = stack.notes;
      const lacking = chat?.missingAbilities.cancel;
      if (chat === undefined || lacking !== undefined)
        return { status: "skipped", text: lacking ?? "nothing answers" };
      const record = await openEngineRecord(stack);
      const mark = `stack doctor ${randomUUID()}`;
      const first = Promise.withResolvers<void>();
      let pieces = 0;
      const said = await sendTestMessage(stack, `Count to 500 (${mark})`, LONG, ({ kind }) => {
        if (kind !== "text") return;
        pieces += 1;
        first.resolve();
      });
      if ("status" in said) return said;
      using _watching = watchUnpushed(stack, { record, mark, onAtIt: first.resolve });
      const unbegun = await Promise.race([first.promise, said.reading.ended]);
      const finding =
        (unbegun && (await judgeUnbegun(stack, said, unbegun))) ?? (await judgeBeforeCancel(record, mark));
      if (finding !== undefined) {
        said.reading.leave();
        return finding;
      }
      return await cancelAndJudge(stack, said, { service, record, mark, pieces: () => pieces });
    },
  };
}

/** A long reply that has begun. */
interface LongReply {
  readonly service: Role;
  readonly record: EngineRecord | undefined;
  /** What is in its message alone. */
  readonly mark: string;
  /** How many pieces of text have come. */
  readonly pieces: () => number;
}

async function cancelAndJudge(
  stack: ExaminedStack,
  said: TestMessage,
  { service, record, mark, pieces }: LongReply,
): Promise<RungFinding> {
  let isOver = false;
  const ended = said.reading.ended.finally(() => {
    isOver = true;
  });
  const outcome = await cancel(stack, said);
  if ("status" in outcome) {
    said.reading.leave();
    return outcome;
  }
  const since = sinceCancel(pieces);
  const atEngine = record && (await judgeEngineStop(record, mark, stack));
  if (record === undefined) {
    const look = async (): Promise<boolean> => isOver || goesOn(since());
    await pollUntil({ signal: stack.signal, pauseMs: LOOK_AGAIN_MS }, FOR_EVER, look, Boolean);
  }
  const [after, wasOver] = [since(), isOver];
  // A reply that goes on in spite of its cancel need not be heard to its end.
  said.reading.leave();
  const stream = await ended;
  const isStopped = atEngine !== undefined && atEngine.status !== "broken";
  if (isStopped || !goesOn(after)) return atEngine ?? judgeUnrecorded(stack, stream);
  return brokenRung("cancel_ignored", { service, ...outcome, found: goingOnInWords(after, wasOver) });
}

/** How long a reply is heard is bounded where it is asked for. */
const FOR_EVER = Number.POSITIVE_INFINITY;
const LOOK_AGAIN_MS = 20;

/** Counts from now on what comes of a reply. */
function sinceCancel(pieces: () => number): () => StreamAfterCancel {
  const [before, start] = [pieces(), performance.now()];
  return () => ({ pieces: pieces() - before, ms: performance.now() - start });
}

function goingOnInWords({ pieces, ms }: StreamAfterCancel, isOver: boolean): string {
  return `${isOver ? "to its end, " : ""}${pieces} pieces in ${seconds(ms)}`;
}

/** Words that are told late, or all at once, are no sign that a reply has begun: but the engine's record is. */
function watchUnpushed(
  stack: ExaminedStack,
  { record, mark, onAtIt }: { record: EngineRecord | undefined; mark: string; onAtIt: () => void },
): Disposable | undefined {
  const isPushed = stack.notes.chat?.missingAbilities["push replies"] === undefined;
  return isPushed || record === undefined ? undefined : whenEngineWrites(stack, record, mark, onAtIt);
}

/** What is to be said of a reply that was over before any text of it came; undefined where nothing is. */
async function judgeUnbegun(
  stack: ExaminedStack,
  said: TestMessage,
  stream: SeenStream,
): Promise<RungFinding | undefined> {
  if (stream.end !== "given-up") return judgeReply(stream, stack.front, stack);
  // Nobody reads it any more: the engine is freed, whatever comes of it.
  await cancel(stack, said).catch(() => undefined);
  return neverBegun(stream);
}

/** Ends the reply; what the answer was, or what is wrong with it, if anything is. */
async function cancel(
  stack: ExaminedStack,
  { name, reading }: TestMessage,
): Promise<BrokenRung | { readonly answered: string }> {
  const { chat } = stack.notes;
  try {
    const answer = await chat?.cancel(name(), callDeadline(stack));
    if (answer === null) reading.leave();
    if (answer == null) return { answered: "the stream was closed" };
    // What was said on a WebSocket is answered by the reply's end alone.
    if (answer === "said") return { answered: "it was said on the reply's WebSocket" };
    const isTaken = answer.status < 300 && !isRefusedWithSuccess(answer, []);
    return isTaken
      ? { answered: `${answer.request} answered ${answer.status} ${shortened(answerExcerpt(answer))}`.trim() }
      : refusedCancel(stack, answer);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return refusedCancel(stack, error.answer);
  }
}

function refusedCancel(stack: ExaminedStack, answer: Parameters<typeof refusedByFront>[1]): BrokenRung {
  const { request, status, body } = answer;
  return isTokenRefused(status, wordsIn(answer))
    ? refusedByFront(stack, answer)
    : brokenRung("cancel_refused", { call: request, status, said: shortened(JSON.stringify(body)) });
}
