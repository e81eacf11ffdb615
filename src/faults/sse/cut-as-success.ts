import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";

/** Row 6. */
export const cutAsSuccess: Fault = {
  name: "cut-as-success",
  story: "An engine that is cut off in mid-reply is told as a reply that ended by itself.",
  seenIn: "docs/faults.md, row 6",
  caughtBy: ["sse/engine-failure", "persistence/failed", "drill/engine-told", "drill/engine-saved"],
  actsIn: ["sse", "persistence", "drill"],
  overrides: (onApplied) => ({
    engine: (client) =>
      wrapChat(client, async function* (request, signal) {
        try {
          yield* client.chat(request, signal);
        } catch (error) {
          if (!(error instanceof Error) || !error.message.includes("was cut off")) throw error;
          onApplied();
          yield [{ finishReason: "stop", promptTokens: null, completionTokens: null, timings: null }];
        }
      }),
  }),
};
