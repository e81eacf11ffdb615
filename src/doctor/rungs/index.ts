import type { Rung } from "../ladder.ts";
import type { Scene } from "../scene.ts";
import { answersRung } from "./answers.ts";
import { hmiCancel } from "./cancel.ts";
import { gatewayReachesEngine, hmiReachesGateway } from "./dependencies.ts";
import { engineChat, engineModel } from "./engine.ts";
import { gatewayCancel, gatewayChat, gatewayResume } from "./gateway.ts";
import { hmiGeneralStream } from "./general-stream.ts";
import { gatewayHeartbeat, hmiHeartbeat } from "./heartbeat.ts";
import { hmiPage, hmiScripts } from "./page.ts";
import { portRung, processRung } from "./process.ts";
import { hmiReply, hmiStored } from "./reply.ts";

/** The whole ladder, from the ground up; the slow rungs only where they are wished for. */
export function ladder(isSlow: boolean): readonly Rung<Scene>[] {
  return [
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
    hmiGeneralStream,
    hmiCancel,
    ...(isSlow ? [hmiHeartbeat] : []),
  ];
}
