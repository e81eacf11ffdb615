import { parseEventId, STEP } from "../../contract/event-id.ts";
import type { Fault } from "../fault.ts";

/** Row 63. */
export const reconnectsForEver: Fault = {
  name: "reconnects-for-ever",
  story: "A reader that comes back with the id of done gets the whole reply again, and comes back again.",
  seenIn: "inaka/EventSource#23",
  caughtBy: ["sse/after-done"],
  actsIn: ["sse"],
  overrides: (onApplied) => ({
    wire: {
      hmi: {
        request(request) {
          const id = parseEventId(String(request.headers["last-event-id"] ?? ""));
          if (id === undefined || id.place.step < STEP.done) return request;
          onApplied();
          const { "last-event-id": _, ...headers } = request.headers;
          return { ...request, headers };
        },
      },
    },
  }),
};
