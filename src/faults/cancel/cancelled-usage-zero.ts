import { usageOf } from "../../contract/event-schemas.ts";
import type { Fault } from "../fault.ts";

/** What half a reply cost. */
export const cancelledUsageZero: Fault = {
  name: "cancelled-usage-zero",
  story: "A cancelled reply is told, and saved, as one that took no tokens.",
  seenIn: "the contract, section 1: usage also after a cancel, with what was counted so far",
  caughtBy: ["cancel/usage"],
  actsIn: ["cancel", "persistence", "regenerate", "limits"],
  overrides: (onApplied) => ({
    gateway: (client) => ({
      ...client,
      async *chat(request, signal) {
        let isCancelled = false;
        for await (const events of client.chat(request, signal)) {
          yield events.map((event) => {
            isCancelled ||= event.type === "status_update" && event.status === "cancelled";
            if (!isCancelled || event.type !== "usage") return event;
            onApplied();
            return { ...event, usage: usageOf(0, 0) };
          });
        }
      },
    }),
  }),
};
