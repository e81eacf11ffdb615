import { asCatalogued, type DescribedFault } from "./described-fault.ts";
import { rewriteFrames } from "./stream-frames.ts";

/** Each event that tells the end of a reply is lost. */
export const doneMissing: DescribedFault = {
  ...asCatalogued("done-missing"),
  changes:
    "the events that contract.wire.stream.done speaks of, of a stream by event or line or of a WebSocket",
  begin: (wire, onApplied) =>
    wire.stream?.done === undefined
      ? undefined
      : rewriteFrames(
          wire,
          () => (facts) => (facts.some(({ kind }) => kind === "done") ? "" : undefined),
          onApplied,
        ),
};
