import { WireError } from "../../errors.ts";
import type { Fault } from "../fault.ts";

/** A cancel that finds nothing to do. */
export const cancelNotRepeatable: Fault = {
  name: "cancel-not-repeatable",
  story: "A cancel where nothing runs is refused as an error.",
  seenIn: "the contract, section 2: idle, so it is safe to repeat",
  caughtBy: ["cancel/twice", "cancel/idle"],
  actsIn: ["cancel"],
  overrides: (onApplied) => ({
    gateway: (client) => ({
      ...client,
      async cancel(sessionId, options) {
        const answer = await client.cancel(sessionId, options);
        if (answer.status !== "idle") return answer;
        onApplied();
        throw new WireError("nothing_to_stream", `Nothing runs in conversation ${sessionId}.`);
      },
    }),
  }),
};
