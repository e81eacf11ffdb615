import type { Fault } from "../fault.ts";
import { withReplyMethod } from "../tools/wrap-store.ts";

export const ownerNotLookedFor: Fault = {
  name: "owner-not-looked-for",
  story:
    "A copy does not look for the one that writes a reply: what it has not in its own memory does not run.",
  seenIn: "the contract, section 9: a call about a running reply is answered by its owner",
  caughtBy: ["replicas/resume"],
  actsIn: ["replicas"],
  ofCopies: true,
  overrides: (onApplied) => ({
    store: (store) =>
      withReplyMethod(store, "otherWriterOf", async (messageId) => {
        if ((await store.replies.otherWriterOf(messageId)) !== undefined) onApplied();
        return undefined;
      }),
  }),
};
