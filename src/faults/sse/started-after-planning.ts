import type { Fault } from "../fault.ts";
import { rewriteEvents, streamsWithin } from "../tools/rewrite-events.ts";

/** A name that comes when the text does. */
export const startedAfterPlanning: Fault = {
  name: "started-after-planning",
  story: "A stream says which reply it is only when it has said that it is being planned.",
  seenIn: "the contract, section 1: started, always first",
  caughtBy: ["sse/started", "sse/order", "sse/ids"],
  actsIn: ["model-conversation", "sse", "isolation"],
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: rewriteEvents(() => {
        let held = "";
        return {
          frame({ event, text }) {
            if (event?.type === "started") {
              held = text;
              return "";
            }
            if (event === undefined || held === "") return text;
            const late = held;
            held = "";
            onApplied();
            return text + late;
          },
        };
      }, streamsWithin(reach)),
    },
  }),
};
