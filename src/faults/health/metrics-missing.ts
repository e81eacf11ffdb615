import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { dropEndpoint } from "../tools/drop-endpoint.ts";

/** The state before there were any. */
export const metricsMissing: Fault = {
  name: "metrics-missing",
  story: "The gateway has no /metrics.",
  seenIn: "the contract, section 2",
  caughtBy: ["health/metrics", "health/metrics-count"],
  actsIn: ["health"],
  overrides: (onApplied) => ({ wire: { gateway: dropEndpoint(gatewayRoutes.metrics, onApplied) } }),
};
