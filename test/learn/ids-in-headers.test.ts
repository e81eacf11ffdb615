import { expect, test } from "vitest";
import type { HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const AT = "http://127.0.0.1:8000";
const SALTY = "Why is the sea salty?";
const RIVERS = ["Rivers ", "Rivers bring ", "Rivers bring salt."];
const THREAD = "Tccbd924dd2ff455888";
const ANSWERS = ["Ab7d634b178bc496fb4", "Ae46804f94b6044b09c"] as const;

const lines = (values: readonly object[]): string => values.map((value) => JSON.stringify(value)).join("\n");

/** A message whose conversation is named in a header alone, and its reply, whose last line says how it ended. */
function ask(question: string, index: 0 | 1, isKept = true): HarEntry {
  const answer = lines([
    ...RIVERS.map((sofar) => ({ sofar })),
    { sofar: RIVERS.at(-1), closed: "natural", meter: { read: 4, wrote: 3 } },
  ]);
  return {
    request: `POST ${AT}/v2/ask`,
    headers: { "X-Ledger-Key": "k-1", ...(index > 0 && { "X-Thread": THREAD }) },
    body: { question },
    answerHeaders: { "x-thread": THREAD, "x-answer": ANSWERS[index] },
    type: "application/x-ndjson",
    answer: isKept ? answer : "",
  };
}

const entry = (n: number, speaker: string, words: string, closed: string): object => ({
  ref: speaker === "asker" ? `Q${n}f0d2` : ANSWERS[0],
  speaker,
  words,
  closed,
});

/** What was said, in two pages, newest first. */
const PAGES: readonly HarEntry[] = [
  {
    request: `GET ${AT}/v2/threads/${THREAD}/entries`,
    answer: {
      entries: [entry(4, "ledger", "Blue.", "natural"), entry(3, "asker", "Blue?", "none")],
      more: 3,
    },
  },
  {
    request: `GET ${AT}/v2/threads/${THREAD}/entries?before=3`,
    answer: {
      entries: [entry(2, "ledger", "Rivers bring salt.", "natural"), entry(1, "asker", SALTY, "none")],
      more: null,
    },
  },
];

test.each([true, false])(
  "a conversation that messages name in a header is learned, also where a later reply was kept (%s) or not",
  (isKept) => {
    const { wire } = learn(ask(SALTY, 0), ask("Why is it blue?", 1, isKept), ...PAGES);
    expect(wire.send).toMatchObject({
      headers: { "x-thread": "{conversation}" },
      told: { conversation: "@header.x-thread" },
    });
    // No message is bound to the conversation of the log.
    expect(wire.headers).toEqual({ "x-ledger-key": "{token}" });
  },
);

test("a list that was asked for in pages is asked for in pages, each by what the one before told", () => {
  const { wire } = learn(ask(SALTY, 0), ...PAGES);
  expect(wire.rows).toMatchObject({
    request: "GET /v2/threads/{conversation}/entries?before={cursor}",
    next: "more",
    newest_first: true,
  });
});

test("an end that only the last event has is one, and rows are understood by the names and words of the stream", () => {
  const stop = { request: `DELETE ${AT}/v2/answers/${ANSWERS[0]}`, answer: { withdrawn: false } };
  const { wire } = learn(ask(SALTY, 0), stop, ...PAGES);
  expect(wire.stream?.done).toEqual({ has: "closed", reason: "closed", reasons: { stop: ["natural"] } });
  expect(wire.rows).toMatchObject({ id: "ref", status: "closed", statuses: { complete: ["natural"] } });
});
