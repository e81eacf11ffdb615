import { randomUUID } from "node:crypto";
import { optionsAsText } from "../../contract/options-as-text.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { answerExcerpt } from "../../targets/answer-excerpt.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { Rung, RungFinding } from "../climb-ladder.ts";
import { askForStream, askService, type ExaminedStack } from "../doctor-context.ts";
import { replyTimeoutMs } from "../judge-reply.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { isMissing } from "./gateway-rungs.ts";
import {
  judgeBeforeCancel,
  judgeEngineStop,
  judgeUnrecorded,
  LONG,
  neverBegun,
} from "./judge-engine-stop.ts";
import { openEngineRecord } from "./open-engine-record.ts";
import { makePlace, sendWithoutModel } from "./reply-rungs.ts";

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

    let cancelling: Promise<RungFinding | undefined> | undefined;
    const cancel = (): Promise<RungFinding | undefined> => {
      cancelling ??= (async () => {
        const over = await judgeBeforeCancel(record, mark);
        const answer = await askService(stack, "hmi", ["POST", hmiRoutes.cancel.path(sent)]);
        return judgeAnswer(answer) ?? over ?? (record && (await judgeEngineStop(record, mark, stack)));
      })();
      return cancelling;
    };
    const stream = await askForStream(stack, "hmi", ["GET", hmiRoutes.stream.path(sent)], {
      timeoutMs: replyTimeoutMs(stack),
      onEvent: ({ event }) => {
        // Its failure is told where it is waited for.
        if ("type" in event && event.type === "token") cancel().catch(() => undefined);
      },
    });
    const isUnbegun = cancelling === undefined && stream.end === "given-up";
    // A reply without a token is cancelled at its end.
    const finding = await cancel();
    if (isUnbegun && finding?.status !== "broken") return neverBegun(stream);
    return finding ?? judgeUnrecorded(stack, stream);
  },
};

function judgeAnswer(answer: SeenCall): RungFinding | undefined {
  if (answer.status === 200) return undefined;
  const { status } = answer;
  const call = "POST /api/chat/sessions/{session_id}/cancel";
  if (isMissing(answer)) return brokenRung("cancel_missing", { service: "hmi", call, status });
  return brokenRung("cancel_refused", { call, status, said: answerExcerpt(answer) });
}
