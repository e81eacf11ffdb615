import type { Fault } from "../fault.ts";
import { replacingAnyway } from "./replacing-anyway.ts";

/** Row 58. */
export const failedRegenerateLosesReply: Fault = {
  name: "failed-regenerate-loses-reply",
  story: "A reply that is made again, and fails, takes the place of the good one.",
  seenIn: "princeton-ddss/blackfish#243",
  caughtBy: ["regenerate/failed-keeps"],
  actsIn: ["regenerate"],
  overrides: (onApplied) => ({ store: (store) => replacingAnyway(store, "error", () => onApplied()) }),
};
