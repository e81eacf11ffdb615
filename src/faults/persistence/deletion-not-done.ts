import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

export const deletionNotDone: Fault = {
  name: "deletion-not-done",
  story:
    "The deletion of a conversation is answered as done, and nothing is deleted: after a reload it is there again.",
  seenIn: "docs/contract.md, section 3: delete with its messages",
  caughtBy: ["persistence/deleted", "cancel/deleted"],
  actsIn: ["persistence", "cancel"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "conversations", "delete", (own) => async (sessionId) => {
        await own.conversations.get(sessionId);
        onApplied();
      }),
  }),
};
