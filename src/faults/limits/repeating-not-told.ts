import type { Fault } from "../fault.ts";
import { changeGatewayEvents } from "../tools/change-gateway-events.ts";

/** Row 62. */
export const repeatingNotTold: Fault = {
  name: "repeating-not-told",
  story: "That a reply says the same again and again is told to nobody.",
  seenIn: "ollama/ollama#7078",
  caughtBy: ["limits/repeating"],
  actsIn: ["limits"],
  overrides: (onApplied) => ({
    gateway: (client) =>
      changeGatewayEvents(
        client,
        (event) => (event.type === "notice" && event.code === "repeating" ? undefined : event),
        onApplied,
      ),
  }),
};
