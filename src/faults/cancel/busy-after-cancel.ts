import { WireError } from "../../errors.ts";
import type { Fault } from "../fault.ts";

/** A conversation that is not free yet when its cancel is answered. */
const BUSY_MS = 500;

/** The slot is given back late. */
export const busyAfterCancel: Fault = {
  name: "busy-after-cancel",
  story: "For a while after a cancel the conversation is still taken for busy, and its next message fails.",
  seenIn: "the contract, section 2: the conversation takes the next message at once",
  caughtBy: ["cancel/next-message"],
  actsIn: ["cancel"],
  overrides(onApplied) {
    const cancelledAt = new Map<string, number>();
    return {
      gateway: (client) => ({
        ...client,
        async *chat(request, signal) {
          const since = performance.now() - (cancelledAt.get(request.session_id) ?? Number.NEGATIVE_INFINITY);
          if (since < BUSY_MS) {
            onApplied();
            throw new WireError("gateway_error", `Conversation ${request.session_id} is busy.`);
          }
          yield* client.chat(request, signal);
        },
        async cancel(sessionId, options) {
          const answer = await client.cancel(sessionId, options);
          if (answer.status === "cancelled") cancelledAt.set(sessionId, performance.now());
          return answer;
        },
      }),
    };
  },
};
