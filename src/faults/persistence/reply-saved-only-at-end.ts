import type { Fault } from "../fault.ts";
import { withReplyMethod } from "../tools/wrap-store.ts";

/** Nothing on disk until the end. */
export const replySavedOnlyAtEnd: Fault = {
  name: "reply-saved-only-at-end",
  story: "A reply is written when it has ended, and not while it grows.",
  seenIn: "the contract, section 1: its text grows on disk at least every 250 ms",
  caughtBy: ["persistence/grows"],
  actsIn: ["cancel", "sse", "persistence", "isolation", "regenerate", "limits", "health", "sla", "drill"],
  overrides: (onApplied) => ({
    store: (store) =>
      withReplyMethod(store, "grow", async () => {
        onApplied();
        return true;
      }),
  }),
};
