import type { DescribedFault } from "./described-fault.ts";
import { isReplyRow, rewriteRows } from "./shown-rows.ts";

/** Each reply is shown twice after a reload. */
export const replyRowDoubled: DescribedFault = {
  name: "reply-row-doubled",
  story: "Each reply is there twice after a reload.",
  seenIn: "docs/faults.md, row 16",
  caughtBy: ["persistence/one-reply"],
  changes: "the list that contract.wire.rows names",
  begin: (wire, onApplied) =>
    rewriteRows(
      wire,
      (rows, described) => rows.flatMap((row) => (isReplyRow(row, described) ? [row, row] : [row])),
      onApplied,
    ),
};
