import type { Fault } from "../fault.ts";
import { rewriteEvents } from "../rewrite-events.ts";

/** An event with a name of its own goes past `onmessage`, and the page shows nothing. */
export const eventsNamed: Fault = {
  name: "events-named",
  story: "Every event has an event: line with its type, so that onmessage never sees one.",
  seenIn: "the contract, section 1: one id line, one data line, and a blank line",
  caughtBy: ["sse/frames"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteEvents(() => ({
        frame({ text, event }) {
          if (event === undefined) return text;
          onApplied();
          return `event: ${event.type}\n${text}`;
        },
      })),
    },
  }),
};
