import type { Fault } from "../fault.ts";
import { asSuccess, changingEndings } from "./other-ending.ts";

/** A reply that was cut, told as whole. */
export const timeoutAsSuccess: Fault = {
  name: "timeout-as-success",
  story: "A reply that was ended because it took too long is told as complete.",
  seenIn: "the contract, section 1: the ending is an error, reply_timeout",
  caughtBy: ["limits/endless"],
  actsIn: ["limits"],
  overrides: (onApplied) => ({ wire: { hmi: changingEndings("reply_timeout", asSuccess, onApplied) } }),
};
