import type { Fault } from "../fault.ts";
import { changingEvents } from "../rewrite-gateway.ts";

/** Row 62. */
export const repeatingNotTold: Fault = {
  name: "repeating-not-told",
  story: "That a reply says the same again and again is told to nobody.",
  seenIn: "ollama/ollama#7078",
  caughtBy: ["limits/repeating"],
  actsIn: ["limits"],
  overrides: (onApplied) => ({
    gateway: (client) =>
      changingEvents(
        client,
        (event) => (event.type === "notice" && event.code === "repeating" ? undefined : event),
        onApplied,
      ),
  }),
};
