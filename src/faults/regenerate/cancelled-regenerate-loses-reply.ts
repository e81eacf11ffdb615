import type { Fault } from "../fault.ts";
import { replacingAnyway } from "./replacing-anyway.ts";

/** Row 58. */
export const cancelledRegenerateLosesReply: Fault = {
  name: "cancelled-regenerate-loses-reply",
  story: "A reply that is made again, and is cancelled, takes the place of the good one.",
  seenIn: "princeton-ddss/blackfish#243",
  caughtBy: ["regenerate/cancelled-keeps"],
  actsIn: ["regenerate"],
  overrides: (onApplied) => ({ store: (store) => replacingAnyway(store, "cancelled", onApplied) }),
};
