import { cancelLate } from "./cancel-late.ts";
import { cancelSwallowed } from "./cancel-swallowed.ts";
import { deletionNotDone } from "./deletion-not-done.ts";
import type { DescribedFault } from "./described-fault.ts";
import { doneMissing } from "./done-missing.ts";
import { failureSwallowed } from "./failure-swallowed.ts";
import { messageToOther, rowsOfOther } from "./other-conversation.ts";
import { pieceLost } from "./piece-lost.ts";
import { replyRowDoubled } from "./reply-row-doubled.ts";
import { replyRowLost } from "./reply-row-lost.ts";
import { rolesSwapped } from "./roles-swapped.ts";
import { rowsReversed } from "./rows-reversed.ts";
import { savedTextCut } from "./saved-text-cut.ts";
import { shownLate } from "./shown-late.ts";
import { usageZero } from "./usage-zero.ts";

/** The faults that a wire can have which is known by its description alone; of a bug of the catalogue by its name. */
export const describedFaults: readonly DescribedFault[] = [
  doneMissing,
  pieceLost,
  usageZero,
  failureSwallowed,
  cancelSwallowed,
  cancelLate,
  replyRowLost,
  replyRowDoubled,
  rolesSwapped,
  rowsReversed,
  savedTextCut,
  shownLate,
  messageToOther,
  rowsOfOther,
  deletionNotDone,
];
