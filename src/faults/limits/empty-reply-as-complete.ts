import type { Fault } from "../fault.ts";
import { asSuccess, changeErrorEndings } from "../tools/change-error-endings.ts";

/** Row 55. */
export const emptyReplyAsComplete: Fault = {
  name: "empty-reply-as-complete",
  story: "A reply without any text is told as complete.",
  seenIn: "zammad/zammad#5984",
  caughtBy: ["limits/empty-reply"],
  actsIn: ["sse", "limits"],
  overrides: (onApplied) => ({ wire: { gateway: changeErrorEndings("empty_reply", asSuccess, onApplied) } }),
};
