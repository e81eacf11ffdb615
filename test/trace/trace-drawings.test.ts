/** What a trace looks like, in the terminal and as a page; the observations are a test's own. */
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { diagnoseTrace } from "../../src/trace/diagnose-trace.ts";
import { NOTHING_SEEN } from "../../src/trace/read-hop-pass.ts";
import { drawTrace } from "../../src/trace/trace-lines.ts";
import { renderTracePage } from "../../src/trace/trace-page.ts";
import type { TraceReport } from "../../src/trace/trace-report.ts";
import { readableScreen } from "../support/screen.ts";
import { observations } from "../support/trace.ts";

const REQUEST = {
  counted: null,
  refused: null,
  purpose: "reply",
  model: "llama3.1:8b",
  messages: 1,
  asked: "Count to 10",
  options: {},
  from_ms: 5,
  first_token_ms: 30,
  ended_ms: 900,
  text: null,
} as const;

function report(hops: Parameters<typeof observations>[0]): TraceReport {
  const seen = observations(hops);
  return {
    ...diagnoseTrace(seen),
    ...seen,
    started_at: "2026-01-05T12:00:00.000Z",
    took_ms: 4_000,
    warm_up: { took_ms: 1_200, load_ms: 900 },
    left_behind: [],
  };
}

const SWALLOWED = report({
  engine: {},
  gateway: { engine_requests: [REQUEST] },
  hmi: { end: "closed", text: "\u001b[2J<script>alert(1)</script>" },
  proxy: { ...NOTHING_SEEN, problem: "connect ECONNREFUSED" },
});

test("a lane a hop, the figures beside each other, the sentence and what to do", () => {
  const lines = drawTrace(SWALLOWED, 80).map(String);
  expect(lines.slice(0, 9)).toEqual([
    '  "Count to 10" asked of each hop, model llama3.1:8b; of 2 times the quickest is drawn',
    "  Before that, one short request, so that nobody is blamed for a model that loads: 1.2 s, 900 ms of it to load the model.",
    "",
    expect.stringMatching(/^ {2}engine {6}─*▏(?:─{5,7}▏){8}─{5,7}▏●$/),
    expect.stringMatching(/^ {2}gateway {5}─*▏(?:─{5,7}▏){8}─{5,7}▏●$/),
    expect.stringMatching(/^ {4}└ engine {2}▔{60,64}$/),
    expect.stringMatching(/^ {2}hmi {9}─.+✗$/),
    "  proxy       ✗ connect ECONNREFUSED",
    expect.stringMatching(/^ {14}0 +236 ms .+ 945 ms$/),
  ]);
  expect(lines).toContain("  first token  40 ms         40 ms         40 ms           –");
  expect(lines.slice(-2)).toEqual([
    expect.stringMatching(
      /^ {2}✗ The HMI swallows the end: after 29 characters it closes the stream at 945 ms/,
    ),
    "    → stack verify sse",
  ]);
});

test.each([40, 60, 80, 200])(
  "on a terminal of %i columns nothing is wider, and no lane is broken",
  (columns) => {
    const { screen, output } = readableScreen(columns);
    for (const line of drawTrace(SWALLOWED, screen.width)) screen.line(line);
    const lines = stripVTControlCharacters(output()).split("\n");
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines.filter((line) => line.endsWith("●"))).toHaveLength(2);
  },
);

test("in a pipe there are no codes, and a lane has an end", () => {
  const { screen, output } = readableScreen();
  for (const line of drawTrace(SWALLOWED, screen.width)) screen.line(line);
  expect(output()).not.toContain("\u001b");
  expect(
    Math.max(
      ...output()
        .split("\n")
        .map((line) => line.indexOf("●")),
    ),
  ).toBeLessThan(110);
});

test("the page asks for nothing, and shows hostile text as text", () => {
  const page = renderTracePage(SWALLOWED);
  expect(page).toContain("default-src &#39;none&#39;");
  expect(page).not.toMatch(/<script|src=|href=/);
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page.match(/<line class="token"/g)).toHaveLength(30);
  expect(page).toContain("The HMI swallows the end");
  expect(page).toContain("proxy: connect ECONNREFUSED");
});
