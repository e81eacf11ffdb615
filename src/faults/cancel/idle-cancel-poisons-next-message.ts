import type { StreamEvent } from "../../contract/event-schemas.ts";
import type { Fault } from "../fault.ts";

const CANCELLED: readonly StreamEvent[] = [
  { type: "status_update", status: "planning" },
  { type: "status_update", status: "executing" },
  { type: "status_update", status: "cancelled" },
  {
    type: "usage",
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    cost_usd: 0,
    timings: null,
  },
  { type: "done", finish_reason: "cancelled" },
];

/** Row 44. */
export const idleCancelPoisonsNextMessage: Fault = {
  name: "idle-cancel-poisons-next-message",
  story: "A cancel where nothing runs is remembered, and cancels the next message.",
  seenIn: "docs/faults.md, row 44",
  caughtBy: ["cancel/idle-then-send"],
  actsIn: ["cancel"],
  overrides(onApplied) {
    const poisoned = new Set<string>();
    return {
      gateway: (client) => ({
        ...client,
        async *chat(request, signal) {
          if (!poisoned.delete(request.session_id)) {
            yield* client.chat(request, signal);
            return;
          }
          onApplied();
          yield CANCELLED;
        },
        async cancel(sessionId, options) {
          const answer = await client.cancel(sessionId, options);
          if (answer.status === "idle") poisoned.add(sessionId);
          return answer;
        },
      }),
    };
  },
};
