import { WireError } from "../../contract/wire-error.ts";
import type { Fault } from "../fault.ts";
import { noticeGatewayLoss } from "../tools/notice-gateway-loss.ts";

export const deadGatewayConnectionReused: Fault = {
  name: "dead-gateway-connection-reused",
  story: "After the gateway has died, the HMI sends the next message over the dead connection, and it fails.",
  seenIn: "the contract, section 5: an error never costs what comes after it",
  caughtBy: ["drill/gateway-next"],
  actsIn: ["drill"],
  overrides: (onApplied) => ({
    gateway(client) {
      let isDead = false;
      const noticing = noticeGatewayLoss(client, () => {
        isDead = true;
      });
      return {
        ...noticing,
        chat(request, signal) {
          if (!isDead) return noticing.chat(request, signal);
          onApplied();
          isDead = false;
          throw new WireError("gateway_unavailable", "The gateway does not answer: write EPIPE.");
        },
      };
    },
  }),
};
