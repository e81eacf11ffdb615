import type { Rung } from "../climb-ladder.ts";
import type { ExaminedStack } from "../doctor-context.ts";
import { answersRung } from "./answers-rung.ts";
import { askedOnceRung } from "./asked-once-rung.ts";
import { bufferingRung } from "./buffering-rung.ts";
import { hmiCancel } from "./cancel-rung.ts";
import { gatewayReachesEngine, hmiReachesGateway } from "./dependency-rungs.ts";
import { engineBehindModel, engineChat, engineModel } from "./engine-rungs.ts";
import { gatewayCancel, gatewayChat, gatewayResume } from "./gateway-rungs.ts";
import { gatewayHeartbeat, hmiHeartbeat } from "./heartbeat-rungs.ts";
import { hmiPage, hmiScripts } from "./page-rungs.ts";
import { portRung } from "./port-rung.ts";
import { processRung } from "./process-rung.ts";
import { hmiReply, hmiStored } from "./reply-rungs.ts";
import { savedToProfileRung } from "./saved-to-profile-rung.ts";
import { wireAnswersRung, wireModelRung } from "./wire-answer-rungs.ts";
import { wireCancelRung } from "./wire-cancel-rung.ts";
import { wireReplyRung, wireSavedRung } from "./wire-reply-rungs.ts";

/**
 * The ladder of a stack that speaks another wire: the processes of what is known of it, its engine by itself, and then
 * what people do with it, by its driver.
 */
export function wireLadder({
  services,
  front,
}: Pick<ExaminedStack, "services" | "front">): readonly Rung<ExaminedStack>[] {
  const grounds = (["engine", "gateway", "hmi"] as const).filter((name) => services[name] !== undefined);
  const below = grounds.filter((name) => name !== front);
  return [
    ...below.flatMap((name) => [processRung(name), portRung(name)]),
    ...(below.includes("engine") ? [answersRung("engine"), engineBehindModel, engineChat] : []),
    processRung(front),
    portRung(front),
    wireAnswersRung(front),
    wireModelRung(front),
    wireReplyRung(front),
    wireSavedRung(front),
    ...(front === "engine" ? [] : [askedOnceRung(front)]),
    bufferingRung(front),
    wireCancelRung(front),
  ];
}

/** The ladder of our contract, from the ground up, over what there is; the slow rungs only where they are wished for. */
export function ladder(
  { services }: Pick<ExaminedStack, "services">,
  isSlow: boolean,
): readonly Rung<ExaminedStack>[] {
  const rungs = [
    processRung("engine"),
    portRung("engine"),
    answersRung("engine"),
    engineModel,
    engineChat,
    processRung("gateway"),
    portRung("gateway"),
    answersRung("gateway"),
    gatewayReachesEngine,
    gatewayChat,
    gatewayResume,
    gatewayCancel,
    ...(isSlow ? [gatewayHeartbeat] : []),
    processRung("hmi"),
    portRung("hmi"),
    answersRung("hmi"),
    hmiPage,
    hmiScripts,
    hmiReachesGateway,
    hmiReply,
    hmiStored,
    bufferingRung("hmi"),
    savedToProfileRung,
    hmiCancel,
    ...(isSlow ? [hmiHeartbeat] : []),
  ];
  return rungs.filter(({ service }) => services[service] !== undefined);
}
