import type { Fault } from "../fault.ts";
import { replacingAnyway } from "./replacing-anyway.ts";

/** A good reply that is given up too early. */
export const cancelledRegenerateLosesReply: Fault = {
  name: "cancelled-regenerate-loses-reply",
  story: "A reply that is made again, and is cancelled, takes the place of the good one.",
  seenIn: "the contract, section 3: one that fails or is cancelled leaves a complete one as it was",
  caughtBy: ["regenerate/cancelled-keeps"],
  actsIn: ["regenerate"],
  overrides: (onApplied) => ({ store: (store) => replacingAnyway(store, "cancelled", onApplied) }),
};
