import { findGrammarFault } from "../../contract/stream-grammar.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { describeStream, eventName, eventsIn } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { plainStreams } from "./plain-replies.ts";

export const order = defineCheck<Context["target"], readonly SeenStream[]>({
  id: "sse/order",
  claim: "started, planning, executing, text, and one whole ending, in this order",
  why: "Planning sent again after a retry; usage twice, or after done (docs/faults.md, rows 3 and 5).",
  lookAt: "the one place where a generation ends: every way to the end must go through it, once",
  needs: ["speak the contract"],
  collect: plainStreams,
  judge: (streams) =>
    firstBroken(streams, (stream) => judgeOrder(stream)) ?? {
      verdict: "holds",
      seen: streams.map(describeStream).join("; "),
    },
});

/** The first place where a stream's events break the contract's grammar; that `started` is there is another claim. */
export function judgeOrder(
  stream: SeenStream,
  grammar: Parameters<typeof findGrammarFault>[1] = {},
): Broken | undefined {
  const events = eventsIn(stream);
  const fault = findGrammarFault(events, {
    hasStarted: events.some(({ type }) => type === "started"),
    ...grammar,
  });
  if (fault === undefined) return undefined;
  const before = events.slice(Math.max(0, fault.index - 3), fault.index).map(eventName);
  return {
    verdict: "broken",
    expected: fault.expected.join(" or "),
    found: before.length === 0 ? fault.found : `${fault.found} after ${before.join(", ")}`,
    seen: describeStream(stream),
  };
}
