import type { Fault } from "../fault.ts";
import { asSuccess, changingEndings } from "./other-ending.ts";

/** Row 62. */
export const timeoutAsSuccess: Fault = {
  name: "timeout-as-success",
  story: "A reply that was ended because it took too long is told as complete.",
  seenIn: "ollama/ollama#7078",
  caughtBy: ["limits/endless"],
  actsIn: ["limits"],
  overrides: (onApplied) => ({ wire: { hmi: changingEndings("reply_timeout", asSuccess, onApplied) } }),
};
