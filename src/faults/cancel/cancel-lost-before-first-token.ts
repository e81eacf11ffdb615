import type { Fault } from "../fault.ts";

/** Row 12. */
export const cancelLostBeforeFirstToken: Fault = {
  name: "cancel-lost-before-first-token",
  story: "A cancel that comes before the first token is taken and does nothing.",
  seenIn: "huggingface/chat-ui#2334",
  caughtBy: ["cancel/before-first-token", "cancel/at-once"],
  actsIn: ["cancel", "limits"],
  overrides(onApplied) {
    /** Conversations whose reply has no token yet; a second cancel gets through. */
    const silent = new Map<string, string>();
    return {
      gateway: (client) => ({
        ...client,
        async *chat(request, signal) {
          silent.set(request.session_id, request.message_id);
          for await (const events of client.chat(request, signal)) {
            if (events.some(({ type }) => type === "token" || type === "done"))
              silent.delete(request.session_id);
            yield events;
          }
        },
        async cancel(session_id, options) {
          const message_id = silent.get(session_id);
          if (message_id === undefined) return await client.cancel(session_id, options);
          silent.delete(session_id);
          onApplied();
          return { status: "cancelled", session_id, message_id };
        },
      }),
    };
  },
};
