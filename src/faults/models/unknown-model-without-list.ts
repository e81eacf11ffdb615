import type { Fault } from "../fault.ts";
import { insteadOf, rewriteEvents } from "../tools/rewrite-events.ts";

/** What S8 looked like to the user. */
export const unknownModelWithoutList: Fault = {
  name: "unknown-model-without-list",
  story: "A model that the engine does not have is told as a bare 404, without those that it has.",
  seenIn: "the seed of the gateway session: 404 Not Found for the model",
  caughtBy: ["models/unknown"],
  actsIn: ["regenerate", "models"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(() => ({
        frame(frame) {
          const { event, text } = frame;
          if (event?.type !== "error" || event.code !== "model_not_found") return text;
          onApplied();
          return insteadOf(frame, { type: "error", code: event.code, message: "404 Not Found" });
        },
      })),
    },
  }),
};
