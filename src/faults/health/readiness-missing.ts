import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { dropEndpoint } from "../tools/drop-endpoint.ts";

/** A supervisor would wait for it for ever. */
export const readinessMissing: Fault = {
  name: "readiness-missing",
  story: "The gateway has no /health/ready.",
  seenIn: "the contract, section 2",
  caughtBy: ["health/probes"],
  actsIn: ["health"],
  overrides: (onApplied) => ({ wire: { gateway: dropEndpoint(gatewayRoutes.ready, onApplied) } }),
};
