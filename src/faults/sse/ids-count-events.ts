import type { Fault } from "../fault.ts";
import { insteadOf, rewriteEvents } from "../tools/rewrite-events.ts";

/** An id that counts events is worth nothing where the pieces are cut differently the next time. */
export const idsCountEvents: Fault = {
  name: "ids-count-events",
  story: "The ids count the events of a stream, while a reader that comes back is placed by characters.",
  seenIn: "the contract, section 1: the id says how far into the text an event is",
  caughtBy: ["sse/ids", "sse/reconnect"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(() => {
        let count = 0;
        return {
          frame(frame) {
            if (frame.event === undefined) return frame.text;
            count += 1;
            onApplied();
            return insteadOf(
              { ...frame, id: { ...frame.id, place: { ...frame.id.place, text: count } } },
              frame.event,
            );
          },
        };
      }),
    },
  }),
};
