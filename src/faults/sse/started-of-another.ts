import type { StartedEvent } from "../../contract/event-schemas.ts";
import type { Fault } from "../fault.ts";
import { insteadOf, rewriteEvents, streamsWithin } from "../tools/rewrite-events.ts";

/** A name that is kept where the next stream finds it. */
export const startedOfAnother: Fault = {
  name: "started-of-another",
  story: "A stream says that it is the reply before: its message, and its own name.",
  seenIn: "the contract, section 1: started: which reply this is",
  caughtBy: ["sse/started"],
  actsIn: ["model-conversation", "sse", "isolation"],
  overrides(onApplied, reach) {
    let before: StartedEvent | undefined;
    return {
      wire: {
        hmi: rewriteEvents(
          () => ({
            frame(frame) {
              const { event } = frame;
              if (event?.type !== "started") return frame.text;
              const { message_id, assistant_message_id } = before ?? event;
              before = event;
              if (assistant_message_id === event.assistant_message_id) return frame.text;
              onApplied();
              return insteadOf(frame, { ...event, message_id, assistant_message_id });
            },
          }),
          streamsWithin(reach),
        ),
      },
    };
  },
};
