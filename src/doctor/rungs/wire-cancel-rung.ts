import { randomUUID } from "node:crypto";
import type { Role } from "../../config/service-config.ts";
import { isRefusal, wordsIn } from "../../targets/drivers/refusal.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { BrokenRung, Rung, RungFinding } from "../climb-ladder.ts";
import { callDeadline, type ExaminedStack } from "../doctor-context.ts";
import { judgeReply } from "../judge-reply.ts";
import { isTokenRefused, refusedByFront } from "../refused-call.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { shortened } from "../text-helpers.ts";
import {
  judgeBeforeCancel,
  judgeEngineStop,
  judgeUnrecorded,
  LONG,
  neverBegun,
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
      const said = await sendTestMessage(stack, `Count to 500 (${mark})`, LONG, ({ kind }) => {
        if (kind === "text") first.resolve();
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
      const refusal = await cancel(stack, said);
      if (refusal !== undefined) return refusal;
      if (record !== undefined) {
        const finding = await judgeEngineStop(record, mark, stack);
        // A reply that goes on in spite of its cancel need not be heard to its end.
        said.reading.leave();
        await said.reading.ended;
        return finding;
      }
      return judgeUnrecorded(stack, await said.reading.ended);
    },
  };
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

/** Ends the reply; what is wrong with the answer, if anything is. */
async function cancel(
  stack: ExaminedStack,
  { name, reading }: TestMessage,
): Promise<RungFinding | undefined> {
  const { chat } = stack.notes;
  try {
    const answer = await chat?.cancel(name(), callDeadline(stack));
    if (answer === null) reading.leave();
    // What was said on a WebSocket is answered by the reply's end alone.
    if (answer == null || answer === "said") return undefined;
    return answer.status < 300 ? undefined : refusedCancel(stack, answer);
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
