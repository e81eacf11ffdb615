import { Transform } from "node:stream";
import type { Fault } from "../fault.ts";
import { isEventStream, streamsWithin } from "../tools/rewrite-events.ts";
import { cutAfterPieces, isStreamed } from "../tools/rewrite-pieces.ts";

/** As any backend may write it. */
const TOKEN = /"type": ?"token"/g;

const FRAME_END = "\n\n";

/** How many tokens pass. */
const PASSED_TOKENS = 2;

export const streamCut: Fault = {
  name: "stream-cut",
  story: "Something on the way closes the connection in mid-reply.",
  seenIn: "the contract, section 1: done exactly once, and last",
  caughtBy: ["model-conversation/reload", "sse/order", "sse/done", "sse/usage", "sse/text"],
  alsoStops: ["sse/heartbeat", "sse/pace", "sse/reconnect", "sse/one-generation"],
  actsIn: ["model-conversation", "sse", "isolation"],
  onAnyWire: "a streamed answer of several pieces",
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: {
        body(answer) {
          if (reach === "any-wire")
            return isStreamed(answer) ? cutAfterPieces(PASSED_TOKENS, onApplied) : undefined;
          if (!isEventStream(answer) || !streamsWithin(reach)(answer.request)) return undefined;
          return cutAfter(PASSED_TOKENS, onApplied);
        },
      },
    },
  }),
};

function cutAfter(most: number, onCut: () => void): Transform {
  let tokens = 0;
  return new Transform({
    transform(bytes: Buffer, _, done) {
      // One character a byte: a place in the text is a place in the bytes.
      const text = bytes.toString("latin1");
      const places = [...text.matchAll(TOKEN)].map(({ index }) => index);
      const first = places[most - tokens];
      tokens += places.length;
      if (first === undefined) return done(null, bytes);
      onCut();
      // Between two events: what has come is whole.
      const lastEnd = text.lastIndexOf(FRAME_END, first);
      this.push(bytes.subarray(0, lastEnd === -1 ? 0 : lastEnd + FRAME_END.length));
      // What was pushed goes out first.
      setImmediate(() => done(new Error("Cut on purpose.")));
    },
  });
}
