import { asCatalogued, type DescribedFault } from "./described-fault.ts";
import { lastSegment } from "./described-slots.ts";
import { rewriteFrames } from "./stream-frames.ts";

/** Tokens are counted as none. */
export const usageZero: DescribedFault = {
  ...asCatalogued("usage-zero"),
  story: "The usage of a reply is told as zero.",
  changes: "the counts that contract.wire.stream.usage names, of a stream by event or line",
  begin(wire, onApplied) {
    const rules = [wire.stream?.usage ?? []].flat();
    const names = rules
      .flatMap(({ prompt, completion }) => [prompt ?? [], completion ?? []].flat())
      .map(lastSegment);
    if (names.length === 0) return undefined;
    const counts = new RegExp(
      `("(?:${names.map((name) => name.replace(/\W/g, "\\$&")).join("|")})"\\s*:\\s*)[1-9]\\d*`,
      "g",
    );
    return rewriteFrames(
      wire,
      () => (facts, text) => {
        const zero = facts.some(({ kind }) => kind === "usage") ? text.replace(counts, "$10") : text;
        return zero === text ? undefined : zero;
      },
      onApplied,
    );
  },
};
