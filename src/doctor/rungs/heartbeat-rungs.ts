import { optionsAsText } from "../../contract/options-as-text.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { Rung, RungFinding } from "../climb-ladder.ts";
import { askForStream, type ExaminedStack } from "../doctor-context.ts";
import { replyTimeoutMs } from "../judge-reply.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { chatThroughGateway, newKey } from "./gateway-rungs.ts";
import { makePlace, SHORT, sendWithoutModel } from "./reply-rungs.ts";

/** While the engine is silent, comments come from the gateway. Takes longer than the configured heartbeat. */
export const gatewayHeartbeat: Rung<ExaminedStack> = {
  id: "gateway/heartbeat",
  service: "gateway",
  name: "heartbeat",
  needs: ["gateway/chat"],
  look: (stack) =>
    lookIntoSilence(stack, (silence) => {
      return chatThroughGateway(stack, newKey(), silence.text, silence.timeoutMs);
    }),
};

/** The same at the HMI, which browsers and proxies read. */
export const hmiHeartbeat: Rung<ExaminedStack> = {
  id: "hmi/heartbeat",
  service: "hmi",
  name: "heartbeat",
  needs: ["hmi/reply"],
  look: (stack) =>
    lookIntoSilence(stack, async ({ text, timeoutMs }) => {
      const place = await makePlace(stack, SHORT);
      if ("status" in place) return place;
      const sent = await sendWithoutModel(stack, place, text);
      if ("problem" in sent) return sent;
      return await askForStream(stack, "hmi", ["GET", hmiRoutes.stream.path(sent)], { timeoutMs });
    }),
};

interface Silence {
  /** A message on which the stand-in is silent before it answers. */
  readonly text: string;
  readonly timeoutMs: number;
}

/** How much longer than a heartbeat's time the engine is silent. */
const MARGIN_MS = 1_500;

async function lookIntoSilence(
  stack: ExaminedStack,
  say: (silence: Silence) => Promise<SeenStream | RungFinding>,
): Promise<RungFinding> {
  const { heartbeatMs, notes } = stack;
  if (notes.engineKind !== "stand-in")
    return { status: "skipped", text: "only the stand-in can be told to be silent" };
  const pauseMs = heartbeatMs + MARGIN_MS;
  // As a line of text it reaches the engine through any gateway.
  const text = `Say OK\n${optionsAsText({ stand_in_pause_ms: pauseMs })}`;
  const stream = await say({ text, timeoutMs: pauseMs + replyTimeoutMs(stack) });
  if (!("events" in stream)) return stream;
  const silentMs = longestSilenceIn(stream);
  if (silentMs < heartbeatMs) return { status: "skipped", text: "the engine was not silent for long enough" };
  if (stream.comments_ms.length > 0) return { status: "holds", text: "sends a heartbeat into silence" };
  return brokenRung("no_heartbeat", { silentMs, heartbeatMs });
}

/** The longest time between two events, in milliseconds. */
function longestSilenceIn({ events }: SeenStream): number {
  return Math.max(0, ...events.map(({ at_ms }, index) => at_ms - (events[index - 1]?.at_ms ?? at_ms)));
}
