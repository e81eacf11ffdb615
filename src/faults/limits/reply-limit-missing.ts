import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";

/** Row 62. */
export const replyLimitMissing: Fault = {
  name: "reply-limit-missing",
  story: "Nothing ends a reply that takes too long: stream.max_reply_ms is read, and nobody keeps it.",
  seenIn: "ollama/ollama#7078",
  caughtBy: ["limits/endless"],
  actsIn: ["limits"],
  overrides(onApplied) {
    let limitMs = 0;
    return {
      stream(settings) {
        limitMs = settings.max_reply_ms;
        return { ...settings, max_reply_ms: 0 };
      },
      // It acts where a reply goes on after the time that it should have had.
      engine: (client) =>
        wrapChat(client, async function* (request, signal) {
          const timer = setTimeout(onApplied, limitMs).unref();
          try {
            yield* client.chat(request, signal);
          } finally {
            clearTimeout(timer);
          }
        }),
    };
  },
};
