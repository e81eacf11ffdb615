import { randomUUID } from "node:crypto";
import { optionsAsText } from "../../contract/options-as-text.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { Rung, RungFinding } from "../climb-ladder.ts";
import { askForStream, askService, type ExaminedStack } from "../examined-stack.ts";
import { broken } from "../explain-symptom.ts";
import { replyTimeoutMs } from "../judge-reply.ts";
import { isMissing } from "./gateway-rungs.ts";
import { judgeEngineStop, judgeUnrecorded, openEngineRecord } from "./judge-engine-record.ts";
import { makePlace, sendWithoutModel } from "./reply-rungs.ts";

/** Long enough to be cancelled, and an end to what a cancel that does not work leaves behind. */
export const LONG = { num_predict: 500, stand_in_pause_after: 1, stand_in_pause_ms: 5_000 };

/** A cancel at the HMI stops the engine. */
export const hmiCancel: Rung<ExaminedStack> = {
  id: "hmi/cancel",
  service: "hmi",
  name: "cancel",
  needs: ["hmi/stored", "gateway/cancel"],
  async look(stack) {
    const place = await makePlace(stack, LONG);
    if ("status" in place) return place;
    const record = await openEngineRecord(stack);
    const mark = `stack doctor ${randomUUID()}`;
    const directions = stack.notes.engineKind === "stand-in" ? `\n${optionsAsText(LONG)}` : "";
    const sent = await sendWithoutModel(stack, place, `Count to 500 (${mark})${directions}`);
    if ("problem" in sent) return sent;

    let cancelling: Promise<AnsweredCancel> | undefined;
    const cancel = (): void => {
      cancelling ??= cancelAt(stack, hmiRoutes.cancel.path(sent));
      // Its failure is told where it is waited for.
      cancelling.catch(() => undefined);
    };
    const stream = await askForStream(stack, "hmi", ["GET", hmiRoutes.stream.path(sent)], {
      timeoutMs: replyTimeoutMs(stack),
      onEvent: ({ event }) => {
        if ("type" in event && event.type === "token") cancel();
      },
    });
    // A reply without a token is cancelled at its end.
    const { answer, answeredAt } = await (cancelling ?? cancelAt(stack, hmiRoutes.cancel.path(sent)));
    const refusal = judgeAnswer(answer);
    if (refusal !== undefined) return refusal;
    if (record !== undefined) return await judgeEngineStop(record, { mark, answeredAt });
    return judgeUnrecorded(stack, stream);
  },
};

/** A cancel, and when it was answered, as `Date.now()` tells it. */
interface AnsweredCancel {
  readonly answer: SeenCall;
  readonly answeredAt: number;
}

async function cancelAt(stack: ExaminedStack, path: string): Promise<AnsweredCancel> {
  return { answer: await askService(stack, "hmi", ["POST", path]), answeredAt: Date.now() };
}

function judgeAnswer(answer: SeenCall): RungFinding | undefined {
  if (answer.status === 200) return undefined;
  const { status } = answer;
  const call = "POST /api/chat/sessions/{session_id}/cancel";
  if (isMissing(answer)) return broken("cancel_missing", { service: "hmi", call, status });
  return broken("cancel_refused", { call, status, said: answerExcerpt(answer) });
}
