import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { activeStreams } from "./active-streams.ts";
import { metrics } from "./health-metrics.ts";
import { probes } from "./health-probes.ts";
import { quick } from "./health-quick.ts";
import { report } from "./health-report.ts";
import { truth } from "./health-truth.ts";
import { metricsCount } from "./metrics-count.ts";

/** The suite `health`, its checks in the order in which they are told. */
export const healthSuite: Suite<Target> = {
  name: "health",
  title: "What the services say of themselves is there, true, and answered in time (contract, section 2).",
  isAlone: true,
  checks: [report, truth, activeStreams, probes, metrics, metricsCount, quick],
};
