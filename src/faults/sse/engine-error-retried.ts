import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";

/** Row 8. */
export const engineErrorRetried: Fault = {
  name: "engine-error-retried",
  story: "A reply that fails before its first token is asked for again, and nobody is told.",
  seenIn: "docs/faults.md, row 8",
  caughtBy: ["sse/no-retry"],
  actsIn: ["sse", "persistence", "regenerate", "limits", "models"],
  overrides: (onApplied) => ({
    engine: (client) =>
      wrapChat(client, async function* (request, signal) {
        let hasBegun = false;
        try {
          for await (const pieces of client.chat(request, signal)) {
            hasBegun ||= pieces.length > 0;
            yield pieces;
          }
        } catch (error) {
          if (hasBegun || signal.aborted) throw error;
          onApplied();
          yield* client.chat(request, signal);
        }
      }),
  }),
};
