import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { describeStream } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { plainStreams } from "./plain-replies.ts";

export const schema = defineCheck<Context["target"], readonly SeenStream[]>({
  id: "sse/schema",
  claim: "every event is one of the contract's, with all its fields",
  why: "A client that reads what is not there shows an empty reply, or none (docs/faults.md, row 5: malformed usage).",
  lookAt: "the places that write events: each must go through one writer that knows the schema",
  needs: ["speak the contract"],
  collect: plainStreams,
  judge(streams) {
    const count = streams.reduce((sum, { events }) => sum + events.length, 0);
    return (
      firstBroken(streams, judgeOne) ?? {
        verdict: "holds",
        seen: `${count} events in ${streams.length} streams`,
      }
    );
  },
});

function judgeOne(stream: SeenStream): Broken | undefined {
  const malformed = stream.events.flatMap(({ id, event }) =>
    "malformed" in event ? [{ id, ...event }] : [],
  );
  const first = malformed[0];
  if (first === undefined && stream.events.length > 0) return undefined;
  return {
    verdict: "broken",
    expected: "events of the contract, section 1",
    found: first === undefined ? "no event" : first.malformed,
    seen: describeStream(stream),
    rows: malformed,
  };
}
