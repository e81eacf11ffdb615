import type { Fault } from "../fault.ts";
import { deadEngineConnectionReused } from "./dead-engine-connection-reused.ts";
import { deadGatewayConnectionReused } from "./dead-gateway-connection-reused.ts";
import { healthBadAfterLoss } from "./health-bad-after-loss.ts";
import { leftReplyDoubled } from "./left-reply-doubled.ts";
import { leftReplyLosesText } from "./left-reply-loses-text.ts";
import { leftReplyStaysStreaming } from "./left-reply-stays-streaming.ts";
import { reloadAfterRestartEmpty } from "./reload-after-restart-empty.ts";

/** The bugs that the suite `drill` must catch, in the order in which they are told. */
export const drillFaults: readonly Fault[] = [
  deadEngineConnectionReused,
  deadGatewayConnectionReused,
  healthBadAfterLoss,
  leftReplyDoubled,
  leftReplyLosesText,
  leftReplyStaysStreaming,
  reloadAfterRestartEmpty,
];
