import type { EngineClient } from "../../services/gateway/engine-client.ts";
import type { EngineDelta } from "../../services/gateway/engine-deltas.ts";
import type { Fault } from "../fault.ts";
import { countReplies } from "../tools/count-replies.ts";

/** How many replies at once: those of the check that looks for this. */
const MANY = 6;

/** Row 23. */
export const tokensOfAnother: Fault = {
  name: "tokens-of-another",
  story: "While many replies are written, a token of one gets into another one's stream.",
  seenIn: "docs/faults.md, row 23",
  caughtBy: ["isolation/streams", "isolation/rows"],
  actsIn: ["sse", "persistence", "isolation", "sla"],
  overrides: (onApplied) => ({ engine: (client) => mixing(client, onApplied) }),
};

/** A client that puts into each reply, once, what another one said last. */
function mixing(client: EngineClient, onApplied: () => void): EngineClient {
  const said = new Map<object, EngineDelta>();
  return countReplies(client, async function* (running, request, signal) {
    let isMixed = false;
    for await (const pieces of client.chat(request, signal)) {
      const another = [...said].find(([key]) => key !== request);
      if (!isMixed && another !== undefined && running() >= MANY) {
        isMixed = true;
        onApplied();
        yield [another[1]];
      }
      yield pieces;
      const last = pieces.findLast((piece) => "text" in piece);
      if (last !== undefined) said.set(request, last);
    }
    said.delete(request);
  });
}
