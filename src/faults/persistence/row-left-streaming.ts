import type { Fault } from "../fault.ts";
import { changeEndingAfterReaderLeft } from "../tools/change-ending-after-reader-left.ts";

/** Row 25. */
export const rowLeftStreaming: Fault = {
  name: "row-left-streaming",
  story: "Where the reader left in mid-reply, its row stays streaming for ever.",
  seenIn: "docs/faults.md, row 25",
  caughtBy: ["persistence/reader-left", "persistence/settled", "drill/hmi-settled", "drill/hmi-next"],
  alsoStops: ["drill/hmi-shown"],
  actsIn: ["persistence", "drill"],
  overrides: (onApplied) => changeEndingAfterReaderLeft(async () => onApplied()),
};
