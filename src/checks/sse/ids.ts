import { nextPosition, parseEventId } from "../../contract/event-id.ts";
import { type Broken, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { SeenStream } from "../../target/http.ts";
import type { Context } from "../stage.ts";
import { describe, nameOf } from "./events.ts";
import { plainStreams } from "./plain.ts";

export const ids = defineCheck<Context["target"], readonly SeenStream[]>({
  id: "sse/ids",
  claim: "an event's id names the reply, and how far into its text it is",
  why: "By it a reader that comes back gets what it lacks, wherever the pieces are cut then (contract, section 1).",
  lookAt: "what numbers the events: the position grows with the characters sent, not with the events",
  needs: [],
  collect: plainStreams,
  judge: (streams) =>
    firstBroken(streams, judgeOne) ?? { verdict: "holds", seen: streams.map(describe).join("; ") },
});

function judgeOne(stream: SeenStream): Broken | undefined {
  const messageId = parseEventId(stream.events[0]?.id ?? "")?.messageId;
  let position = -1;
  for (const { id, event } of stream.events) {
    // What is no event of the contract has no place to compare with; the schema's check tells of it.
    if ("malformed" in event) continue;
    const next = nextPosition(position, event);
    const expected = `${messageId ?? "<message_id>"}:${Math.max(next, position + 1)}`;
    position = next;
    if (id === expected) continue;
    const found = `${id === "" ? "no id" : id} for ${nameOf(event)}`;
    return { verdict: "broken", expected, found, seen: describe(stream) };
  }
  return undefined;
}
