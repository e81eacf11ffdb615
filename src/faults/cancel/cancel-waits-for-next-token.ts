import type { Fault } from "../fault.ts";
import { abortLate } from "../tools/abort-late.ts";

/** Row 45. */
export const cancelWaitsForNextToken: Fault = {
  name: "cancel-waits-for-next-token",
  story: "The wish to cancel is looked at once a token, so that a silent engine works on.",
  seenIn: "docs/faults.md, row 45",
  caughtBy: ["cancel/before-first-token", "cancel/silence"],
  overrides: (onApplied) => ({ engine: (client) => abortLate(client, "each", onApplied) }),
};
