import type { Fault } from "../fault.ts";
import { changeErrorEndings } from "../tools/change-error-endings.ts";

/** A failure that is none. */
export const rateLimitAsEngineError: Fault = {
  name: "rate-limit-as-engine-error",
  story: "An engine that is asked too often is told as one that fails, without a word of when to come back.",
  seenIn: "the contract, section 2: an engine's 429 is rate_limited with its Retry-After",
  caughtBy: ["limits/rate-limited"],
  actsIn: ["limits"],
  overrides: (onApplied) => ({
    wire: {
      gateway: changeErrorEndings(
        "rate_limited",
        (event) =>
          event.type === "error"
            ? { type: "error", code: "engine_error", message: "The engine failed." }
            : event,
        onApplied,
      ),
    },
  }),
};
