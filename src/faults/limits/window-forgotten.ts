import type { Fault } from "../fault.ts";
import { changingEvents } from "../rewrite-gateway.ts";

/** A notice that is taken for noise. */
export const windowForgotten: Fault = {
  name: "window-forgotten",
  story: "That the beginning of a conversation was left out is told to nobody.",
  seenIn: "the contract, section 1: so many of the oldest messages were not sent",
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
