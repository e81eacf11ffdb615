import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { GenerationRecord } from "../../contract/engine.ts";
import { optionsAsText } from "../../contract/options-as-text.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { watchEngine } from "../../target/engine-watch.ts";
import type { SeenCall } from "../../target/http.ts";
import { broken } from "../diagnose.ts";
import type { Finding, Rung } from "../ladder.ts";
import { readReply, replyTimeout } from "../reply.ts";
import { ask, askForStream, patientOf, type Scene } from "../scene.ts";
import { shortened } from "../words.ts";
import { isMissing } from "./gateway.ts";
import { makePlace, sendMessage } from "./reply.ts";

/** Long enough to be cancelled, and an end to what a cancel that does not work leaves behind. */
export const LONG = { num_predict: 500, stand_in_pause_after: 1, stand_in_pause_ms: 5_000 };

/** Whether an engine without a record has stopped is not known: with slots to spare it takes the next chat all the same. */
export const UNSEEN =
  "the cancel was taken; whether the engine stops cannot be seen without a tap before it (stack tap engine)";

/** A cancel at the HMI stops the engine. */
export const hmiCancel: Rung<Scene> = {
  id: "hmi/cancel",
  service: "hmi",
  name: "cancel",
  needs: ["hmi/stored", "gateway/cancel"],
  async look(scene) {
    const place = await makePlace(scene, LONG);
    if ("problem" in place) return place;
    const watch = await watchEngine(patientOf(scene, "engine").client, scene.signal);
    const before = (await watch.generationsAfter?.(0, scene.signal))?.at(-1)?.id ?? 0;
    const mark = `stack doctor ${randomUUID()}`;
    const directions = scene.notes.engineKind === "stand-in" ? `\n${optionsAsText(LONG)}` : "";
    const sent = await sendMessage(scene, place, `Count to 500 (${mark})${directions}`);
    if ("problem" in sent) return sent;

    let cancelling: Promise<SeenCall> | undefined;
    const cancel = (): void => {
      cancelling ??= ask(scene, "hmi", ["POST", hmiRoutes.cancel.path(sent)]);
      // Its failure is told where it is waited for.
      cancelling.catch(() => undefined);
    };
    const stream = await askForStream(scene, "hmi", ["GET", hmiRoutes.stream.path(sent)], {
      timeoutMs: replyTimeout(scene),
      onEvent: ({ event }) => {
        if ("type" in event && event.type === "token") cancel();
      },
    });
    cancel();
    const refusal = judgeAnswer(await cancelling);
    if (refusal !== undefined) return refusal;
    if (watch.generationsAfter !== undefined) {
      const generations = (): Promise<GenerationRecord[]> =>
        watch.generationsAfter?.(before, scene.signal) ?? Promise.resolve([]);
      return await lookAtRecord(generations, mark);
    }
    const { finish } = readReply(stream);
    if (finish === "stop" || finish === "length") {
      return { status: "skipped", text: "the reply was written before its cancel could reach it" };
    }
    return { status: "skipped", text: UNSEEN };
  },
};

function judgeAnswer(answer: SeenCall | undefined): Finding | undefined {
  if (answer === undefined || answer.status === 200) return undefined;
  const { status, body } = answer;
  const call = "POST /api/chat/sessions/{session_id}/cancel";
  if (isMissing(answer)) return broken("cancel_missing", { service: "hmi", call, status });
  return broken("cancel_refused", { call, status, said: shortened(JSON.stringify(body)) });
}

/** The contract gives a cancel 250 ms; the doctor looks for what hangs, not for what is slow. */
const STOP_TIMEOUT_MS = 2_000;
const LOOK_AGAIN_MS = 20;

/** The engine's own record tells how the generation ended. */
export async function lookAtRecord(
  generations: () => Promise<GenerationRecord[]>,
  mark: string,
): Promise<Finding> {
  const until = performance.now() + STOP_TIMEOUT_MS;
  for (;;) {
    const ours = (await generations()).findLast((each) =>
      JSON.stringify([each.messages, each.prompt]).includes(mark),
    );
    if (ours?.ended === "aborted") return { status: "holds", text: "a cancel stops the engine" };
    if (ours === undefined)
      return { status: "skipped", text: "the cancelled reply never reached this engine" };
    if (ours.ended === "running" && performance.now() < until) {
      await delay(LOOK_AGAIN_MS);
      continue;
    }
    const found =
      ours.ended === "running" ? `still, ${STOP_TIMEOUT_MS / 1000} s later` : `to its end (${ours.ended})`;
    return broken("engine_goes_on", { found });
  }
}
