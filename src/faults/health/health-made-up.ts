import { Health } from "../../contract/common-schemas.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteJson } from "../tools/rewrite-json.ts";

/** A report that would say the same of an engine that is down. */
export const healthMadeUp: Fault = {
  name: "health-made-up",
  story: "The gateway's /health says that the engine is well, without having asked it.",
  seenIn: "the contract, section 2",
  caughtBy: ["health/truth"],
  overrides: (onApplied) => ({
    wire: {
      gateway: rewriteJson(gatewayRoutes.health, Health, (health) => {
        onApplied();
        const engine = { status: "ok", latency_ms: 0 };
        return { ...health, dependencies: { ...health.dependencies, engine } };
      }),
    },
  }),
};
