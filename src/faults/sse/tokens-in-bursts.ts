import type { Fault } from "../fault.ts";
import { rewriteEvents, type StreamChange, streamsWithin } from "../tools/rewrite-events.ts";
import { holdPieces, rewritePieces } from "../tools/rewrite-pieces.ts";

/** How many tokens come together. */
const BURST = 8;

/** Row 31. */
export const tokensInBursts: Fault = {
  name: "tokens-in-bursts",
  story: "Something on the way collects eight tokens before it passes them on.",
  seenIn: "ggml-org/llama.cpp#20872",
  caughtBy: ["sse/pace"],
  actsIn: ["model-conversation", "sse", "isolation"],
  onAnyWire: "a streamed answer of several pieces",
  overrides: (onApplied, reach) => ({
    wire: {
      hmi:
        reach === "any-wire"
          ? rewritePieces(() => holdPieces(BURST, onApplied))
          : rewriteEvents(() => holdTokens(onApplied), streamsWithin(reach)),
    },
  }),
};

function holdTokens(onHeld: () => void): StreamChange {
  let held: string[] = [];
  return {
    frame({ text, event }) {
      held.push(text);
      if (event?.type === "token" && held.length < BURST) return "";
      const burst = held.join("");
      if (held.length > 1) onHeld();
      held = [];
      return burst;
    },
  };
}
