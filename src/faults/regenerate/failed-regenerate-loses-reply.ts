import type { Fault } from "../fault.ts";
import { replaceWholeReply } from "../tools/replace-whole-reply.ts";

/** Row 58. */
export const failedRegenerateLosesReply: Fault = {
  name: "failed-regenerate-loses-reply",
  story: "A reply that is made again, and fails, takes the place of the good one.",
  seenIn: "princeton-ddss/blackfish#243",
  caughtBy: ["regenerate/failed-keeps"],
  actsIn: ["regenerate"],
  overrides: (onApplied) => ({ store: (store) => replaceWholeReply(store, "error", () => onApplied()) }),
};
