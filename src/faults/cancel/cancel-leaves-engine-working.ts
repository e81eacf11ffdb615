import type { Fault } from "../fault.ts";

/** Row S11. */
export const cancelLeavesEngineWorking: Fault = {
  name: "cancel-leaves-engine-working",
  story: "A cancel answers 200 and ends the stream, and the engine writes its reply to the end.",
  seenIn: "docs/faults.md, row S11",
  caughtBy: [
    "cancel/mid-reply",
    "cancel/before-first-token",
    "cancel/silence",
    "cancel/deleted",
    "limits/endless",
  ],
  overrides: (onApplied) => ({
    engine: (client) => ({
      ...client,
      chat(request, signal) {
        signal.addEventListener("abort", onApplied, { once: true });
        return client.chat(request, new AbortController().signal);
      },
    }),
  }),
};
