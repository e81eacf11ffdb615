import type { DescribedFault } from "./described-fault.ts";
import { rewriteFrames } from "./stream-frames.ts";

/** Of each reply the third piece of its text is lost. */
export const pieceLost: DescribedFault = {
  name: "piece-lost",
  story: "A piece of a reply's text is lost on the way, and what is saved has it.",
  seenIn: "docs/faults.md, row 29",
  caughtBy: ["sse/text", "persistence/complete", "model-conversation/reload"],
  changes: "the third of the events with text (contract.wire.stream.text, of pieces) of a reply",
  begin(wire, onApplied) {
    const rules = [wire.stream?.text ?? []].flat();
    // Of the whole so far, the next one makes good what one lacks.
    if (rules.length === 0 || rules.some(({ cumulative }) => cumulative === true)) return undefined;
    return rewriteFrames(
      wire,
      () => {
        let pieces = 0;
        return (facts) => {
          if (facts.some(({ kind }) => kind === "done")) pieces = 0;
          else if (facts.some(({ kind }) => kind === "text")) pieces += 1;
          else return undefined;
          return pieces === 3 ? "" : undefined;
        };
      },
      onApplied,
    );
  },
};
