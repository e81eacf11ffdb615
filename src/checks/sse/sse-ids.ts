import { formatEventId, NOWHERE, nextPlace, parseEventId } from "../../contract/event-id.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { describeStream, eventName } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { plainStreams } from "./plain-replies.ts";

export const ids = defineCheck<Context["target"], readonly SeenStream[]>({
  id: "sse/ids",
  claim: "an event's id names the reply, and how far into its text it is",
  why: "By it a reader that comes back gets what it lacks, wherever the pieces are cut then (contract, section 1).",
  lookAt:
    "what numbers the events: step, characters of thoughts and characters of text, each by itself, not the events",
  needs: ["speak the contract"],
  collect: plainStreams,
  judge: (streams) =>
    firstBroken(streams, judgeOne) ?? { verdict: "holds", seen: streams.map(describeStream).join("; ") },
});

function judgeOne(stream: SeenStream): Broken | undefined {
  const messageId = parseEventId(stream.events[0]?.id ?? "")?.messageId;
  let place = NOWHERE;
  for (const { id, event } of stream.events) {
    // What is no event of the contract has no place to compare with; the schema's check tells of it.
    if ("malformed" in event) continue;
    const before = place;
    place = nextPlace(place, event);
    const expected = formatEventId({ messageId: messageId ?? "<message_id>", place });
    const isText = event.type === "token" || event.type === "thinking";
    if (!isText && place.step <= before.step) {
      const found = `step ${place.step} for ${eventName(event)}, after step ${before.step}`;
      return {
        verdict: "broken",
        expected: "each step once, and later ones after it",
        found,
        seen: describeStream(stream),
      };
    }
    if (id === expected) continue;
    const found = `${id === "" ? "no id" : id} for ${eventName(event)}`;
    return { verdict: "broken", expected, found, seen: describeStream(stream) };
  }
  return undefined;
}
