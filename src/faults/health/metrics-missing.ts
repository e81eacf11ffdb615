import { gatewayRoutes } from "../../contract/routes.ts";
import { answerMissing } from "../answer-missing.ts";
import type { Fault } from "../fault.ts";

/** The state before there were any. */
export const metricsMissing: Fault = {
  name: "metrics-missing",
  story: "The gateway has no /metrics.",
  seenIn: "the contract, section 2",
  caughtBy: ["health/metrics", "health/metrics-count"],
  actsIn: ["health"],
  overrides: (onApplied) => ({ wire: { gateway: answerMissing(gatewayRoutes.metrics, onApplied) } }),
};
