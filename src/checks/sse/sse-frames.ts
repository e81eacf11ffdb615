import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { describeStream } from "../arrived-events.ts";
import type { Context } from "../contract-conversations.ts";
import { plainStreams } from "./plain-replies.ts";

/** One `id:` line and one `data:` line with a JSON object; or a comment. */
const FRAME = /^(?:id: [\x21-\x7e]+\ndata: \{[^\r\n]*\}|:[^\r\n]*)$/;

export const frames = defineCheck<Context["target"], readonly SeenStream[]>({
  id: "sse/frames",
  claim: "on the wire an event is one id line, one data line with JSON, and a blank line",
  why: "A named event never reaches onmessage, and one without an id cannot be come back to (contract, section 1).",
  lookAt: "the function that writes an event's bytes",
  needs: ["speak the contract"],
  collect: plainStreams,
  judge(streams) {
    const bytes = streams.flatMap(({ chunks }) => chunks).reduce((sum, { latin1 }) => sum + latin1.length, 0);
    return (
      firstBroken(streams, judgeOne) ?? {
        verdict: "holds",
        seen: `${bytes} bytes in ${streams.length} streams`,
      }
    );
  },
});

function judgeOne(stream: SeenStream): Broken | undefined {
  const bytes = Buffer.from(stream.chunks.map(({ latin1 }) => latin1).join(""), "latin1");
  const parts = bytes.toString("utf8").split("\n\n");
  // What follows the last blank line is the beginning of a frame that never came.
  const rest = parts.pop() ?? "";
  const bad = rest === "" ? parts.find((part) => !FRAME.test(part)) : rest;
  if (bad === undefined && parts.length > 0) return undefined;
  return {
    verdict: "broken",
    expected: "id: <id>, data: {...}, and a blank line",
    found: bad === undefined ? "no event" : JSON.stringify(bad.slice(0, 200)),
    seen: describeStream(stream),
  };
}
