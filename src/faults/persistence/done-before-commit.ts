import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { withReplyMethod } from "../tools/wrap-store.ts";

/** From this many characters on a reply is saved in the background, this many milliseconds later. */
const LONG = 4_000;
const LATER_MS = 200;

/** Row 10. */
export const doneBeforeCommit: Fault = {
  name: "done-before-commit",
  story: "A long reply is saved by a background task, and done is sent before that has run.",
  seenIn: "docs/faults.md, row 10",
  caughtBy: ["persistence/saved-at-done"],
  actsIn: ["persistence"],
  overrides: (onApplied) => ({
    store: (store) =>
      withReplyMethod(store, "finish", async (messageId, ending) => {
        const save = (): Promise<boolean> => store.replies.finish(messageId, ending);
        if (ending.content.length < LONG) return await save();
        onApplied();
        // Nobody waits for it: the store may be closed by then.
        void pause(LATER_MS, undefined, { ref: false })
          .then(save)
          .catch(() => undefined);
        return true;
      }),
  }),
};
