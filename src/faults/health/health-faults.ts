import type { Fault } from "../fault.ts";
import { activeStreamsStuck } from "./active-streams-stuck.ts";
import { healthMadeUp } from "./health-made-up.ts";
import { healthSaysOkOnly } from "./health-says-ok-only.ts";
import { healthWaitsForReplies } from "./health-waits-for-replies.ts";
import { metricsFrozen } from "./metrics-frozen.ts";
import { metricsMissing } from "./metrics-missing.ts";
import { readinessMissing } from "./readiness-missing.ts";

/** The bugs that the suite `health` must catch, in the order in which they are told. */
export const healthFaults: readonly Fault[] = [
  healthSaysOkOnly,
  healthMadeUp,
  activeStreamsStuck,
  readinessMissing,
  metricsMissing,
  metricsFrozen,
  healthWaitsForReplies,
];
