import type { Fault } from "../fault.ts";
import { asSuccess, changeErrorEndings } from "../tools/change-error-endings.ts";

/** Row 62. */
export const timeoutAsSuccess: Fault = {
  name: "timeout-as-success",
  story: "A reply that was ended because it took too long is told as complete.",
  seenIn: "ollama/ollama#7078",
  caughtBy: ["limits/endless"],
  actsIn: ["limits"],
  overrides: (onApplied) => ({ wire: { hmi: changeErrorEndings("reply_timeout", asSuccess, onApplied) } }),
};
