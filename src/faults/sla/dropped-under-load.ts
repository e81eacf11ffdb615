import { WireError } from "../../contract/wire-error.ts";
import type { Fault } from "../fault.ts";
import { countReplies, LOAD } from "../tools/count-replies.ts";

/** A limit that a demonstration for two teams finds. */
export const droppedUnderLoad: Fault = {
  name: "dropped-under-load",
  story: "The gateway has connections for a few replies; those that come when all are in use fail.",
  seenIn: "the contract, section 6",
  caughtBy: ["sla/no-drops"],
  alsoStops: ["sla/first-token"],
  actsIn: ["persistence", "sla"],
  overrides: (onApplied) => ({
    engine: (client) =>
      countReplies(client, async function* (running, request, signal) {
        if (running() > LOAD) {
          onApplied();
          throw new WireError("engine_unavailable", "All connections to the engine are in use.");
        }
        yield* client.chat(request, signal);
      }),
  }),
};
