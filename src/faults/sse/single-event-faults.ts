import type { Transform } from "node:stream";
import type { Fault } from "../fault.ts";
import { rewriteEvents, type SseFrame, streamsWithin } from "../tools/rewrite-events.ts";
import { loseLastPiece, rewritePieces } from "../tools/rewrite-pieces.ts";

/** A bug that changes frames one by one, whatever went before. */
interface SingleEventFault extends Omit<Fault, "overrides" | "onAnyWire"> {
  /** What goes out in a frame's place, empty for nothing; undefined lets it pass. */
  readonly instead: (frame: SseFrame) => string | undefined;
  /** The same on a wire of which only the pieces are known; left out where nothing like it can be had there. */
  readonly onAnyWire?: {
    /** {@link Fault.onAnyWire} */
    readonly words: string;
    readonly change: (onApplied: () => void) => Transform;
  };
  /** True where it is on every stream, however far a fault is to reach. */
  readonly isEverywhere?: boolean;
}

const SINGLE_EVENT_FAULTS: readonly SingleEventFault[] = [
  {
    name: "no-heartbeat",
    story: "A silent stream stays silent: no comment is ever sent.",
    seenIn: `the seeds, known gaps: "Gateway doesn't emit :keep-alive events"`,
    caughtBy: ["sse/heartbeat"],
    actsIn: ["cancel", "sse", "isolation", "regenerate", "health"],
    isEverywhere: true,
    instead: ({ isComment }) => (isComment ? "" : undefined),
  },
  {
    // An event with a name of its own goes past `onmessage`, and the page shows nothing.
    name: "events-named",
    story: "Every event has an event: line with its type, so that onmessage never sees one.",
    seenIn: "the contract, section 1: one id line, one data line, and a blank line",
    caughtBy: ["sse/frames"],
    isEverywhere: true,
    instead: ({ text, event }) => event && `event: ${event.type}\n${text}`,
  },
  {
    name: "planning-twice",
    story: "The event planning is sent again before the engine is asked, as after a retry.",
    seenIn: "docs/faults.md, row 3",
    caughtBy: ["sse/order", "sse/ids"],
    actsIn: ["model-conversation", "sse", "isolation"],
    instead: ({ text, event }) =>
      event?.type === "status_update" && event.status === "planning" ? text + text : undefined,
  },
  {
    name: "done-missing",
    story: "A reply's stream ends without done.",
    seenIn: "danny-avila/LibreChat#1270",
    caughtBy: ["sse/order", "sse/done", "sse/reconnect"],
    actsIn: ["model-conversation", "sse", "isolation"],
    instead: ({ event }) => (event?.type === "done" ? "" : undefined),
    // Whatever tells an end stands in the last piece; of bare text, its last words.
    onAnyWire: {
      words:
        "the events that contract.wire.stream.done speaks of, of a stream by event or line or of a WebSocket; where nothing does, the last of several pieces of a streamed answer, when that ends",
      change: loseLastPiece,
    },
  },
  {
    name: "usage-malformed",
    story: "The usage lacks its total, and the counts are text.",
    seenIn: "docs/faults.md, row 5",
    caughtBy: ["sse/schema", "sse/order", "sse/usage"],
    actsIn: ["model-conversation", "sse", "isolation"],
    instead: ({ text, event }) =>
      event?.type === "usage"
        ? text
            .replace(/"(prompt|completion)_tokens":(\d+)/g, '"$1_tokens":"$2"')
            .replace(/,"total_tokens":\d+/, "")
        : undefined,
  },
  {
    name: "usage-twice",
    story: "The usage is sent twice before done, so that a client that adds up counts double.",
    seenIn: "docs/faults.md, row 5",
    caughtBy: ["sse/order", "sse/ids"],
    actsIn: ["model-conversation", "sse", "isolation"],
    instead: ({ text, event }) => (event?.type === "usage" ? text + text : undefined),
  },
  {
    name: "line-break-ends-frame",
    story: "A line break of the text is written as it is, so that a blank line in it ends the event.",
    seenIn: "danny-avila/LibreChat#4820",
    caughtBy: ["sse/text"],
    actsIn: ["sse"],
    instead: ({ text, event }) =>
      event?.type === "token" && event.content.includes("\n\n") ? text.replaceAll("\\n", "\n") : undefined,
  },
  {
    name: "started-missing",
    story: "The stream of the one call that sends and streams does not say which reply it is.",
    seenIn: "the contract, section 1: started, always first, on every stream",
    caughtBy: ["sse/started"],
    actsIn: ["model-conversation", "sse", "isolation"],
    instead: ({ event }) => (event?.type === "started" ? "" : undefined),
  },
];

/** The bugs of single events: a line of the table each. */
export const singleEventFaults: readonly Fault[] = SINGLE_EVENT_FAULTS.map(
  ({ instead, onAnyWire, isEverywhere, ...fault }) => ({
    ...fault,
    ...(onAnyWire !== undefined && { onAnyWire: onAnyWire.words }),
    overrides: (onApplied, reach) => ({
      wire: {
        hmi:
          reach === "any-wire" && onAnyWire !== undefined
            ? rewritePieces(() => onAnyWire.change(onApplied))
            : rewriteEvents(
                () => ({
                  frame(frame) {
                    const changed = instead(frame);
                    if (changed !== undefined) onApplied();
                    return changed ?? frame.text;
                  },
                }),
                streamsWithin(isEverywhere ? "every-stream" : reach),
              ),
      },
    }),
  }),
);
