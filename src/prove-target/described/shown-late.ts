import { asCatalogued, type DescribedFault } from "./described-fault.ts";
import { isReplyRow, rewriteRows } from "./shown-rows.ts";

/** A reply is shown only some time after it was told to have ended. */
export const shownLate: DescribedFault = {
  ...asCatalogued("done-before-commit"),
  story: "A reply's end is told before it is saved: who reloads at once does not see it.",
  changes: "the list that contract.wire.rows names, for a while after each reply",
  begin(wire, onApplied) {
    /** When each reply was there first, by what its row says. */
    const seen = new Map<string, number>();
    return rewriteRows(
      wire,
      (rows, described) => {
        const now = performance.now();
        return rows.filter((row) => {
          if (!isReplyRow(row, described)) return true;
          const since = seen.get(JSON.stringify(row)) ?? now;
          seen.set(JSON.stringify(row), since);
          return now - since > LATE_MS;
        });
      },
      onApplied,
    );
  },
};

const LATE_MS = 1_500;
