import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { withReplyMethod } from "../tools/wrap-store.ts";

/** Of a reply of this many characters the stream hangs for this many milliseconds; for ever would keep the stack from stopping. */
const LONG = 4_000;
const HANGS_MS = 2_000;

/** Row S15. */
export const streamHangsBeforeDone: Fault = {
  name: "stream-hangs-before-done",
  story: "A long reply is saved, and its stream hangs: done is not sent.",
  seenIn: "docs/faults.md, row S15",
  caughtBy: ["persistence/saved-at-done"],
  actsIn: ["persistence"],
  overrides: (onApplied) => ({
    store: (store) =>
      withReplyMethod(store, "finish", async (messageId, ending) => {
        const isSaved = await store.replies.finish(messageId, ending);
        if (ending.content.length < LONG) return isSaved;
        onApplied();
        await pause(HANGS_MS);
        return isSaved;
      }),
  }),
};
