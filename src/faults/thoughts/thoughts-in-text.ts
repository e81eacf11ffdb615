import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";

/** An engine's thinking field, read as text. */
export const thoughtsInText: Fault = {
  name: "thoughts-in-text",
  story: "What the model thinks is written into the reply, before what it says.",
  seenIn: "the contract, section 1: thinking, no part of the reply",
  caughtBy: ["thoughts/apart", "thoughts/not-sent"],
  actsIn: ["thoughts"],
  overrides: (onApplied) => ({
    engine: (client) =>
      wrapChat(client, async function* (request, signal) {
        for await (const pieces of client.chat(request, signal)) {
          yield pieces.map((piece) => {
            if (!("thought" in piece)) return piece;
            onApplied();
            return { text: piece.thought };
          });
        }
      }),
  }),
};
