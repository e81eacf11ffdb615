import type { EngineDelta } from "../../services/gateway/engine-deltas.ts";
import type { Fault } from "../fault.ts";
import { countReplies, LOAD } from "../tools/count-replies.ts";

/** From one lump to the next, in milliseconds: more than the contract allows in the median. */
const LUMP_MS = 80;

/** Row 31, under load only: what a single reader never sees. */
export const tokensInLumps: Fault = {
  name: "tokens-in-lumps",
  story: "While many replies are written, each is passed on twelve times a second, whatever has come.",
  seenIn: "ggml-org/llama.cpp#20872",
  caughtBy: ["sla/between-tokens"],
  actsIn: ["persistence", "sla"],
  overrides: (onApplied) => ({
    engine: (client) =>
      countReplies(client, async function* (running, request, signal) {
        let held: EngineDelta[] = [];
        let passedAt = performance.now();
        let isCrowded = false;
        for await (const pieces of client.chat(request, signal)) {
          held.push(...pieces);
          // To its end: as the others end, this one does not become fluent.
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
      }),
  }),
};
