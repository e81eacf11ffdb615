import type { Fault } from "../fault.ts";
import { charactersCut } from "./characters-cut.ts";
import { charactersCutOnTheWay } from "./characters-cut-on-the-way.ts";
import { cutAsSuccess } from "./cut-as-success.ts";
import { doneMissingAfterEmptyReply } from "./done-missing-after-empty-reply.ts";
import { endWithoutFinalIgnored } from "./end-without-final-ignored.ts";
import { engineErrorRetried } from "./engine-error-retried.ts";
import { errorLineIgnored } from "./error-line-ignored.ts";
import { failureLosesText } from "./failure-loses-text.ts";
import { gatewayGetMissing } from "./gateway-get-missing.ts";
import { headersLate } from "./headers-late.ts";
import { heartbeatAsEvent } from "./heartbeat-as-event.ts";
import { heartbeatWithTextOnly } from "./heartbeat-with-text-only.ts";
import { idsCountEvents } from "./ids-count-events.ts";
import { lengthAsStop } from "./length-as-stop.ts";
import { linesCut } from "./lines-cut.ts";
import { planningAfterEngine } from "./planning-after-engine.ts";
import { readAgainGenerates } from "./read-again-generates.ts";
import { reconnectGenerates } from "./reconnect-generates.ts";
import { reconnectReplays } from "./reconnect-replays.ts";
import { reconnectSendsAgain } from "./reconnect-sends-again.ts";
import { reconnectsForEver } from "./reconnects-for-ever.ts";
import { repeatsDropped } from "./repeats-dropped.ts";
import { singleEventFaults } from "./single-event-faults.ts";
import { startedAfterPlanning } from "./started-after-planning.ts";
import { startedOfAnother } from "./started-of-another.ts";
import { streamCompressed } from "./stream-compressed.ts";
import { streamCut } from "./stream-cut.ts";
import { streamOfNewest } from "./stream-of-newest.ts";
import { tokensInBursts } from "./tokens-in-bursts.ts";
import { uncountedAsZero } from "./uncounted-as-zero.ts";
import { usageAfterDone } from "./usage-after-done.ts";
import { usageZero } from "./usage-zero.ts";

/** The bugs that the suite `sse` must catch, in the order in which they are told. */
export const sseFaults: readonly Fault[] = [
  ...singleEventFaults,
  heartbeatWithTextOnly,
  heartbeatAsEvent,
  planningAfterEngine,
  headersLate,
  tokensInBursts,
  streamCompressed,
  idsCountEvents,
  doneMissingAfterEmptyReply,
  usageAfterDone,
  usageZero,
  lengthAsStop,
  charactersCut,
  charactersCutOnTheWay,
  linesCut,
  repeatsDropped,
  streamCut,
  cutAsSuccess,
  errorLineIgnored,
  endWithoutFinalIgnored,
  failureLosesText,
  engineErrorRetried,
  reconnectReplays,
  reconnectGenerates,
  reconnectSendsAgain,
  readAgainGenerates,
  gatewayGetMissing,
  reconnectsForEver,
  startedAfterPlanning,
  startedOfAnother,
  streamOfNewest,
  uncountedAsZero,
];
