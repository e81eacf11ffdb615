import type { EngineDelta } from "../../services/gateway/engine-deltas.ts";
import type { Fault } from "../fault.ts";
import { countReplies, LOAD } from "../tools/count-replies.ts";

/** From one lump to the next, in milliseconds: more than twice what the contract allows in the median. */
const LUMP_MS = 110;

/** Row 31, under load only: what a single reader never sees. */
export const tokensInLumps: Fault = {
  name: "tokens-in-lumps",
  story: "While many replies are written, each is passed on nine times a second, whatever has come.",
  seenIn: "ggml-org/llama.cpp#20872",
  caughtBy: ["sla/between-tokens"],
  actsIn: ["persistence", "sla"],
  overrides: (onApplied) => ({
    engine(client) {
      let isCrowded = false;
      return countReplies(client, async function* (running, request, signal) {
        let held: EngineDelta[] = [];
        let passedAt = performance.now();
        // Until all have ended: on a busy machine so many do not run at once for long.
        if (running() === 1) isCrowded = false;
        for await (const pieces of client.chat(request, signal)) {
          held.push(...pieces);
          isCrowded ||= running() > LOAD;
          if (isCrowded && performance.now() - passedAt < LUMP_MS) {
            onApplied();
            continue;
          }
          yield held;
          held = [];
          passedAt = performance.now();
        }
        yield held;
      });
    },
  }),
};
