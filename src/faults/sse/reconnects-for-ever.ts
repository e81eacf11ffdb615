import { parseEventId, STEP } from "../../contract/event-id.ts";
import type { Fault } from "../fault.ts";

/** An EventSource that is never told to stay away. */
export const reconnectsForEver: Fault = {
  name: "reconnects-for-ever",
  story: "A reader that comes back with the id of done gets the whole reply again, and comes back again.",
  seenIn: "the contract, section 1: one that has seen done is answered 204",
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
