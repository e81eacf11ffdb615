import type { DescribedFault } from "./described-fault.ts";
import { rewriteRows } from "./shown-rows.ts";

/** A conversation is shown from its end to its beginning. */
export const rowsReversed: DescribedFault = {
  name: "rows-reversed",
  story:
    "After a reload a conversation is shown in the wrong order: the newest first, where the oldest should be.",
  seenIn: "docs/faults.md, row 26",
  caughtBy: ["persistence/row-order", "model-conversation/reload"],
  changes: "the order of the list that contract.wire.rows names",
  begin: (wire, onApplied) => rewriteRows(wire, (rows) => rows.toReversed(), onApplied),
};
