import type { DescribedFault } from "./described-fault.ts";
import { isReplyRow, rewriteRows } from "./shown-rows.ts";

/** No reply is shown after a reload. */
export const replyRowLost: DescribedFault = {
  name: "reply-row-lost",
  story: "Replies are streamed, and are not among what a conversation shows after a reload.",
  seenIn: "docs/faults.md, row 51",
  caughtBy: ["model-conversation/reload", "model-conversation/reply", "persistence/complete"],
  changes: "the list that contract.wire.rows names",
  begin: (wire, onApplied) =>
    rewriteRows(wire, (rows, described) => rows.filter((row) => !isReplyRow(row, described)), onApplied),
};
