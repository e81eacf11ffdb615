import { type Broken, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { SeenStream } from "../../target/http.ts";
import type { Context } from "../stage.ts";
import { describe, eventsIn, nameOf } from "./events.ts";
import { CLOSE_MS } from "./follow.ts";
import { plainStreams } from "./plain.ts";

export const done = defineCheck<Context["target"], readonly SeenStream[]>({
  id: "sse/done",
  claim: "done comes exactly once and last, and then the server closes the stream",
  why: "LibreChat #1270: no done after the last token, so the page waits for ever. docs/faults.md, row 2: lost where the last piece is empty.",
  lookAt:
    "what sends done: it must not depend on the last piece of text; and the close of the response after it",
  needs: [],
  collect: plainStreams,
  judge: (streams) =>
    firstBroken(streams, judgeOne) ?? { verdict: "holds", seen: streams.map(describe).join("; ") },
});

function judgeOne(stream: SeenStream): Broken | undefined {
  const names = eventsIn(stream).map((event) => (event.type === "done" ? "done" : nameOf(event)));
  const count = names.filter((name) => name === "done").length;
  const isLast = names.at(-1) === "done";
  if (count === 1 && isLast && stream.end === "closed") return undefined;
  return {
    verdict: "broken",
    expected: "done once, last, and then the stream closed by the server",
    found:
      count === 1 && isLast ? END[stream.end] : `done ${count} times, last: ${names.at(-1) ?? "nothing"}`,
    seen: describe(stream),
  };
}

const END = {
  closed: "a stream that was closed",
  cut: "a connection that was cut off after done",
  "given-up": `a stream still open ${CLOSE_MS / 1000} s after done`,
} as const;
