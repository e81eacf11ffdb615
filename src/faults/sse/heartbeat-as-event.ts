import { type EventId, NOWHERE } from "../../contract/event-id.ts";
import type { Fault } from "../fault.ts";
import { insteadOf, rewriteEvents } from "../tools/rewrite-events.ts";

/** Row 33. */
export const heartbeatAsEvent: Fault = {
  name: "heartbeat-as-event",
  story: "The heartbeat is an event, so that a reply in which nothing is written any more looks alive.",
  seenIn: "anomalyco/opencode#43519",
  caughtBy: ["sse/heartbeat"],
  actsIn: ["cancel", "sse", "isolation", "regenerate", "health"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(() => {
        let id: EventId = { messageId: "0", place: NOWHERE };
        return {
          frame(frame) {
            if (!frame.isComment) {
              id = frame.id;
              return frame.text;
            }
            onApplied();
            return insteadOf({ ...frame, id }, { type: "status_update", status: "executing" });
          },
        };
      }),
    },
  }),
};
