import type { DescribedFault } from "./described-fault.ts";
import { rewriteFrames } from "./stream-frames.ts";

/** Each event that tells a failure is lost, unless it is the end, too. */
export const failureSwallowed: DescribedFault = {
  name: "failure-swallowed",
  story: "What tells that a reply failed is lost on the way: it looks like one that is only short.",
  seenIn: "docs/faults.md, row 6",
  caughtBy: ["sse/engine-failure"],
  changes:
    "the events that contract.wire.stream.failure speaks of, of a stream by event or line or of a WebSocket",
  begin: (wire, onApplied) =>
    wire.stream?.failure === undefined
      ? undefined
      : rewriteFrames(
          wire,
          () => (facts) => (facts.some(({ kind }) => kind === "failure") ? "" : undefined),
          onApplied,
        ),
};
