import type { Fault } from "../fault.ts";
import { changingEvents } from "../rewrite-gateway.ts";

/** A notice that is taken for noise. */
export const repeatingNotTold: Fault = {
  name: "repeating-not-told",
  story: "That a reply says the same again and again is told to nobody.",
  seenIn: "the contract, section 1: the text has said the same again and again",
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
