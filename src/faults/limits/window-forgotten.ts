import type { Fault } from "../fault.ts";
import { changeGatewayEvents } from "../tools/change-gateway-events.ts";

/** Row 61. */
export const windowForgotten: Fault = {
  name: "window-forgotten",
  story: "That the beginning of a conversation was left out is told to nobody.",
  seenIn: "ollama/ollama#14259",
  caughtBy: ["limits/window"],
  actsIn: ["limits"],
  overrides: (onApplied) => ({
    gateway: (client) =>
      changeGatewayEvents(
        client,
        (event) => (event.type === "notice" && event.code === "context_trimmed" ? undefined : event),
        onApplied,
      ),
  }),
};
