import { Transform } from "node:stream";
import type { Fault } from "../fault.ts";
import { isEventStream, streamsWithin } from "../rewrite-events.ts";

/** As any backend may write it. */
const TOKEN = /"type": ?"token"/g;

/** So many tokens pass. */
const PASSED_TOKENS = 2;

export const streamCut: Fault = {
  name: "stream-cut",
  story: "Something on the way closes the connection in mid-reply.",
  seenIn: "the contract, section 1: done exactly once, and last",
  caughtBy: ["model-conversation/reload", "sse/order", "sse/done", "sse/usage", "sse/first-byte", "sse/text"],
  alsoStops: ["sse/heartbeat", "sse/pace", "sse/reconnect", "sse/one-generation"],
  overrides: (onApplied, reach) => ({
    wire: {
      hmi: {
        body(answer) {
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
      tokens += bytes.toString("latin1").match(TOKEN)?.length ?? 0;
      if (tokens <= most) return done(null, bytes);
      onCut();
      done(new Error("Cut on purpose."));
    },
  });
}
