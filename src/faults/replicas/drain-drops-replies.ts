import type { Fault } from "../fault.ts";

export const drainDropsReplies: Fault = {
  name: "drain-drops-replies",
  story: "A copy that is asked to stop stops at once, with the replies that it writes.",
  seenIn: "the contract, section 9: a copy that drains lets its replies come to their end",
  caughtBy: ["replicas/drain"],
  actsIn: ["replicas"],
  ofCopies: true,
  overrides: (onApplied) => ({
    stream(settings) {
      if (settings.drain_ms > 0) onApplied();
      return { ...settings, drain_ms: 0 };
    },
  }),
};
