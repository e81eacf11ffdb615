import { setTimeout as pause } from "node:timers/promises";
import type { TappedRequest } from "../../tap/tap-rewrite.ts";
import type { Fault } from "../fault.ts";
import { isEventStream, streamsWithin } from "../tools/rewrite-events.ts";

/** More than the contract allows until the first token, in milliseconds. */
const LATE_MS = 1_600;

export const headersLate: Fault = {
  name: "headers-late",
  story:
    "The headers of a conversation's first stream come late, and all that was written meanwhile with them.",
  seenIn: "the contract, section 1: the first byte leaves before the engine is asked",
  caughtBy: ["sse/first-byte", "sse/heartbeat", "sse/pace"],
  actsIn: ["model-conversation", "sse", "isolation"],
  overrides(onApplied, reach) {
    const known = new Set<string>();
    return {
      wire: {
        hmi: {
          async head(answer) {
            const key = keyOf(answer.request);
            const isMeant = isEventStream(answer) && streamsWithin(reach)(answer.request);
            if (isMeant && !known.has(key)) {
              known.add(key);
              onApplied();
              await pause(LATE_MS);
            }
            return answer;
          },
        },
      },
    };
  },
};

/** The profile, or the conversation, that a stream is of; else whatever is asked. */
function keyOf({ path }: TappedRequest): string {
  const query = new URL(path, "http://hmi").searchParams;
  return query.get("model_id") ?? query.get("session_id") ?? path;
}
