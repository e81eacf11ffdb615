import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";

/** One worker for everything: what is asked meanwhile waits in line. */
export const healthWaitsForReplies: Fault = {
  name: "health-waits-for-replies",
  story:
    "The engine is asked how it is only when no reply is being written, so that /health waits for the end.",
  seenIn: "docs/faults.md, row 38",
  caughtBy: ["health/quick"],
  actsIn: ["health", "drill"],
  overrides: (onApplied) => ({
    engine(client) {
      const running = new Set<Promise<void>>();
      const chatting = wrapChat(client, async function* (request, signal) {
        const ended = Promise.withResolvers<void>();
        running.add(ended.promise);
        try {
          yield* client.chat(request, signal);
        } finally {
          running.delete(ended.promise);
          ended.resolve();
        }
      });
      return {
        ...chatting,
        async identify(signal) {
          if (running.size > 0) onApplied();
          await Promise.all(running);
          return await client.identify(signal);
        },
      };
    },
  }),
};
