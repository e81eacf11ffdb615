import type { Fault } from "../fault.ts";

/** The ending of a cancelled stream, one event short. */
export const cancelledWithoutUsage: Fault = {
  name: "cancelled-without-usage",
  story: "A cancelled stream ends without its usage, which a client may wait for.",
  seenIn: "the contract, section 1: usage exactly once, directly before done, also after a cancel",
  caughtBy: ["cancel/ending"],
  actsIn: ["cancel", "persistence"],
  overrides: (onApplied) => ({
    gateway: (client) => ({
      ...client,
      async *chat(request, signal) {
        let isCancelled = false;
        for await (const events of client.chat(request, signal)) {
          isCancelled ||= events.some(
            (event) => event.type === "status_update" && event.status === "cancelled",
          );
          if (isCancelled) onApplied();
          yield isCancelled ? events.filter(({ type }) => type !== "usage") : events;
        }
      },
    }),
  }),
};
