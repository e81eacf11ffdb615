import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { describeStream, eventName, eventsIn } from "../arrived-events.ts";
import { noEnd } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { CLOSE_MS } from "../follow-stream.ts";
import { foundOn } from "../found-in-run.ts";
import { requireNoneFailed } from "../stream-endings.ts";
import { plainStreams, type StreamByDoor } from "./plain-replies.ts";

export const done = defineCheck<Context["target"], readonly StreamByDoor[]>({
  id: "sse/done",
  claim: "done comes exactly once and last, and then the server closes the stream",
  why: "LibreChat #1270: no done after the last token, so the page waits for ever. It is lost where the last piece is empty (docs/faults.md, row 2).",
  lookAt:
    "what sends done: it must not depend on the last piece of text; and the close of the response after it",
  needs: [],
  collect: async (context) => [...unendedBefore(context), ...(await plainStreams(context))],
  judge: (streams) =>
    firstBroken(streams, judgeOne) ?? { verdict: "holds", seen: streams.map(describeStream).join("; ") },
});

/** The reply of another claim that was waited for in vain, so that none of these is again. */
function unendedBefore({ target }: Context): readonly StreamByDoor[] {
  const { unended } = foundOn(target);
  return unended === undefined ? [] : [{ ...unended.stream, door: "wire" }];
}

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
  // The one that was waited for is judged.
  if (stream.unawaited !== undefined) return undefined;
  const kinds = stream.facts.map(({ kind }) => kind);
  const first = kinds.indexOf("done");
  if (first < 0) requireNoneFailed(stream);
  const hasTextAfter = kinds.lastIndexOf("text") > first;
  if (first >= 0 && !hasTextAfter && stream.end === "closed") return undefined;
  const left = stream.end === "given-up" ? "a stream that was left open after its end" : END[stream.end];
  const after = hasTextAfter ? "text after the end" : left;
  return {
    verdict: "broken",
    expected:
      first < 0 ? "an end that is told" : "no text after the end, and then the stream closed by the server",
    found: first >= 0 ? after : noEndInWords(stream),
    seen: describeStream(stream),
    ...(first < 0 && stream.end === "given-up" && noEnd("written")),
  };
}

function noEndInWords({ end, facts, duration_ms }: StreamByDoor): string {
  const last = facts.findLast(({ kind }) => kind === "text");
  if (end !== "given-up" || last === undefined) return `no end: the stream was ${end}`;
  return `no end: after its last text nothing more of this reply came for ${((duration_ms - last.at_ms) / 1000).toFixed(1)} s`;
}

const END = {
  closed: "a stream that was closed",
  cut: "a connection that was cut off after done",
  "given-up": `a stream still open ${CLOSE_MS / 1000} s after done`,
} as const;
