import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { describeStream, eventName, eventsIn } from "../arrived-events.ts";
import { CLOSE_MS } from "../follow-stream.ts";
import type { Context } from "../profiles-and-sessions.ts";
import { requireNoneFailed } from "../stream-endings.ts";
import { plainStreams, type StreamByDoor } from "./plain-replies.ts";

export const done = defineCheck<Context["target"], readonly StreamByDoor[]>({
  id: "sse/done",
  claim: "done comes exactly once and last, and then the server closes the stream",
  why: "LibreChat #1270: no done after the last token, so the page waits for ever. docs/faults.md, row 2: lost where the last piece is empty.",
  lookAt:
    "what sends done: it must not depend on the last piece of text; and the close of the response after it",
  needs: [],
  collect: plainStreams,
  judge: (streams) =>
    firstBroken(streams, judgeOne) ?? { verdict: "holds", seen: streams.map(describeStream).join("; ") },
});

function judgeOne(stream: StreamByDoor): Broken | undefined {
  if (stream.door === "wire") return judgeByWire(stream);
  const names = eventsIn(stream).map((event) => (event.type === "done" ? "done" : eventName(event)));
  const count = names.filter((name) => name === "done").length;
  const isLast = names.at(-1) === "done";
  if (count === 1 && isLast && stream.end === "closed") return undefined;
  return {
    verdict: "broken",
    expected: "done once, last, and then the stream closed by the server",
    found:
      count === 1 && isLast ? END[stream.end] : `done ${count} times, last: ${names.at(-1) ?? "nothing"}`,
    seen: describeStream(stream),
  };
}

/** A wire may tell its end by several words, or by the end of the stream; but then there is no more text. */
function judgeByWire(stream: StreamByDoor): Broken | undefined {
  const kinds = stream.facts.map(({ kind }) => kind);
  const first = kinds.indexOf("done");
  if (first < 0) requireNoneFailed(stream);
  const hasTextAfter = kinds.lastIndexOf("text") > first;
  if (first >= 0 && !hasTextAfter && stream.end === "closed") return undefined;
  const left = stream.end === "given-up" ? "a stream that was left open after its end" : END[stream.end];
  const after = hasTextAfter ? "text after the end" : left;
  return {
    verdict: "broken",
    expected: "an end that is told, no text after it, and then the stream closed by the server",
    found: first >= 0 ? after : `no end: the stream was ${stream.end}`,
    seen: describeStream(stream),
  };
}

const END = {
  closed: "a stream that was closed",
  cut: "a connection that was cut off after done",
  "given-up": `a stream still open ${CLOSE_MS / 1000} s after done`,
} as const;
