import type { Fault } from "../fault.ts";
import { loseVersions } from "../tools/lose-versions.ts";
import { replaceWholeReply } from "../tools/replace-whole-reply.ts";

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
        loseVersions(
          replaceWholeReply(store, "cancelled", (messageId) => replacing.add(messageId)),
          ({ message_id }) => replacing.has(message_id),
          onApplied,
        ),
    };
  },
};
