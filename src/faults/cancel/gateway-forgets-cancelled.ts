import { gatewayRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { paramsOf } from "../tools/route-params.ts";

/** A cancel that may be called once. */
export const gatewayForgetsCancelled: Fault = {
  name: "gateway-forgets-cancelled",
  story: "The gateway forgets a generation when it is cancelled, so that a repeated cancel answers 404.",
  seenIn: "the contract, section 2: finished generations are known for 60 s",
  caughtBy: ["cancel/gateway"],
  actsIn: ["cancel", "limits"],
  overrides(onApplied) {
    const cancelled = new Set<string>();
    return {
      wire: {
        gateway: {
          answer(request) {
            const [sessionId] = paramsOf(gatewayRoutes.cancel, request) ?? [];
            if (sessionId === undefined) return undefined;
            if (!cancelled.has(sessionId)) {
              cancelled.add(sessionId);
              return undefined;
            }
            onApplied();
            const error = {
              code: "conversation_not_found",
              message: `There is no conversation "${sessionId}".`,
            };
            return { status: 404, body: JSON.stringify({ error }) };
          },
        },
      },
    };
  },
};
