import { textAt } from "../../targets/drivers/json-place.ts";
import type { DescribedFault } from "./described-fault.ts";
import { isReplyRow, rewriteRows, withValueAt } from "./shown-rows.ts";

/** The end of each reply is not saved. */
export const savedTextCut: DescribedFault = {
  name: "saved-text-cut",
  story: "The last words of a reply are streamed, and are not there after a reload.",
  seenIn: "docs/faults.md, row 10",
  caughtBy: ["persistence/complete", "model-conversation/reload"],
  changes: "the texts of replies in the list that contract.wire.rows names (rows.text)",
  begin: (wire, onApplied) =>
    rewriteRows(
      wire,
      (rows, described) =>
        rows.map((row) => {
          const text = textAt(row, described.text);
          return text !== null && isReplyRow(row, described)
            ? withValueAt(row, described.text, text.slice(0, -LOST_CHARACTERS))
            : row;
        }),
      onApplied,
    ),
};

const LOST_CHARACTERS = 6;
