import type { Fault } from "../fault.ts";
import { changingEvents } from "../rewrite-gateway.ts";

/** Row 61. */
export const windowForgotten: Fault = {
  name: "window-forgotten",
  story: "That the beginning of a conversation was left out is told to nobody.",
  seenIn: "ollama/ollama#14259",
  caughtBy: ["limits/window"],
  actsIn: ["limits"],
  overrides: (onApplied) => ({
    gateway: (client) =>
      changingEvents(
        client,
        (event) => (event.type === "notice" && event.code === "context_trimmed" ? undefined : event),
        onApplied,
      ),
  }),
};
