import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";

/** S17. */
export const messageAskedTwice: Fault = {
  name: "message-asked-twice",
  story: "Two streams are opened for one message: the engine writes the reply twice, and one is thrown away.",
  seenIn: "docs/faults.md, row S17",
  caughtBy: [
    "isolation/one-request",
    "isolation/double-submit",
    "isolation/same-message-id",
    "sse/no-retry",
    "sse/one-generation",
  ],
  overrides: (onApplied) => ({
    engine: (client) =>
      wrapChat(client, async function* (request, signal) {
        onApplied();
        const thrownAway = Array.fromAsync(client.chat(request, signal)).catch(() => undefined);
        yield* client.chat(request, signal);
        await thrownAway;
      }),
  }),
};
