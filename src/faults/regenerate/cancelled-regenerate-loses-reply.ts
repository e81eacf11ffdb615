import type { Fault } from "../fault.ts";
import { replacingAnyway } from "./replacing-anyway.ts";
import { withoutVersions } from "./without-versions.ts";

/** Row 58. */
export const cancelledRegenerateLosesReply: Fault = {
  name: "cancelled-regenerate-loses-reply",
  story: "A reply that is made again, and is cancelled, takes the place of the good one.",
  seenIn: "princeton-ddss/blackfish#243",
  caughtBy: ["regenerate/cancelled-keeps"],
  actsIn: ["regenerate"],
  overrides(onApplied) {
    const replacing = new Set<string>();
    return {
      store: (store) =>
        withoutVersions(
          replacingAnyway(store, "cancelled", (messageId) => replacing.add(messageId)),
          ({ message_id }) => replacing.has(message_id),
          onApplied,
        ),
    };
  },
};
