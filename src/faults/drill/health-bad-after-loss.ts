import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { noticeGatewayLoss } from "../tools/notice-gateway-loss.ts";
import { paramsOf } from "../tools/route-params.ts";

export const healthBadAfterLoss: Fault = {
  name: "health-bad-after-loss",
  story:
    "Once the gateway has died in mid-reply, the HMI says of itself that it is down, until it is restarted.",
  seenIn: "the contract, section 2: what the services say of themselves is how they are now",
  caughtBy: ["drill/services-back"],
  actsIn: ["drill"],
  overrides(onApplied) {
    let isBad = false;
    return {
      gateway(client) {
        isBad = false;
        return noticeGatewayLoss(client, () => {
          isBad = true;
        });
      },
      wire: {
        hmi: {
          answer(request) {
            if (!isBad || paramsOf(hmiRoutes.health, request) === undefined) return undefined;
            onApplied();
            return { status: 503, body: JSON.stringify({ status: "unavailable" }) };
          },
        },
      },
    };
  },
};
