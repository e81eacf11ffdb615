import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { describeStream } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import { type ReconnectedReader, reconnectedReaders } from "./reconnected-readers.ts";

export const oneGeneration = defineCheck<Context["target"], readonly ReconnectedReader[]>({
  id: "sse/one-generation",
  claim: "a reader that comes back starts no second generation and sends no message again",
  why: "obot #1857; and EventSource reconnects by itself, also to the general stream, which is a GET that sends.",
  lookAt: "where a stream is opened with Last-Event-ID: it must join or read, and never begin",
  needs: ["speak the contract", "direct the engine", "show what reached the engine"],
  collect: reconnectedReaders,
  judge: (seen) =>
    firstBroken(seen, judgeOne) ?? {
      verdict: "holds",
      seen: `${seen.length} readers came back twice, each to one request at the engine`,
    },
});

function judgeOne({ generations, rows, message, during, after }: ReconnectedReader): Broken | undefined {
  if (generations === null) throw new CouldNotRun("what reached the engine is not known");
  requireAsked(generations);
  // A message that is not in its conversation at all is another check's business.
  const sent = Math.max(1, rows.filter(({ role, content }) => role === "user" && content === message).length);
  if (generations.length === 1 && sent === 1) return undefined;
  return {
    verdict: "broken",
    expected: "one request to the engine, and one message",
    found: `requests to the engine: ${generations.length}; messages: ${sent}`,
    seen: `${describeStream(during)}; ${describeStream(after)}`,
    rows,
  };
}
