import type { Fault } from "../fault.ts";

export const notifyLost: Fault = {
  name: "notify-lost",
  story:
    "What a copy tells the others by NOTIFY arrives nowhere, and nobody is told that something was missed.",
  seenIn: "PostgreSQL's documentation of NOTIFY: whoever does not listen at that moment never hears of it",
  caughtBy: ["replicas/events"],
  actsIn: ["replicas"],
  ofCopies: true,
  overrides: (onApplied) => ({
    bus: (bus) => ({
      publish: () => onApplied(),
      subscribe: (topic, listener) => bus.subscribe(topic, listener),
      close: () => bus.close(),
    }),
  }),
};
