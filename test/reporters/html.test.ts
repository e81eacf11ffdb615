import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { XMLValidator } from "fast-xml-parser";
import { expect, test } from "vitest";
import {
  type CheckResult,
  countOutcomes,
  type Outcome,
  type RunReport,
} from "../../src/harness/run-report.ts";
import { html } from "../../src/reporters/html/html-reporter.ts";
import { verify } from "../../src/verify/verify-stack.ts";

const HOSTILE = `</style><script>alert(1)</script><img src=x onerror='alert(1)'> "&" \u0000\u001b[2J\u202e\u200b\ud800 ]]>`;

const BROKEN: Outcome = { verdict: "broken", expected: "a", found: "b", seen: "GET /x" };

const STREAM = {
  request: "GET /api/chat/stream/7",
  status: 200,
  content_type: "text/event-stream",
  events: [
    { at_ms: 10, id: "1", event: { type: "status_update", status: "planning" } },
    { at_ms: 50, id: "2", event: { type: "token", content: "Hel" } },
    { at_ms: 60, id: "3", event: { type: "token", content: "lo" } },
    { at_ms: 180, id: "4", event: { type: "done", finish_reason: "stop" } },
  ],
  comments_ms: [100, 150],
  end: "closed",
  duration_ms: 200,
};

const GENERATION = {
  tokens_sent: 9,
  ended: "aborted",
  started_at: "2026-01-01T00:00:00.020Z",
  first_token_at: "2026-01-01T00:00:00.040Z",
  ended_at: "2026-01-01T00:00:00.400Z",
};

const CANCEL = { request: "POST /api/chat/sessions/7/cancel", status: 200, body: {}, duration_ms: 3 };

function resultOf(outcome: Outcome, evidence?: unknown, id = `suite/${outcome.verdict}`): CheckResult {
  const words = { claim: `it is so: ${outcome.verdict}`, why: "because", look_at: "the place" };
  return {
    id,
    ...words,
    duration_ms: 15,
    attempts: 1,
    outcome,
    ...(evidence === undefined ? {} : { evidence }),
  };
}

function pageOf(results: readonly CheckResult[], more: Partial<RunReport> = {}): string {
  const counts = countOutcomes(results);
  return html.render({
    report_version: 1,
    target: "a target",
    seed: "7",
    started_at: "2026-01-01T00:00:00.000Z",
    duration_ms: 1234,
    suites: [{ name: "suite", title: "A suite.", duration_ms: 1200, counts }],
    results,
    counts,
    left_behind: [],
    interrupted: false,
    ...more,
  });
}

const pageWith = (evidence: unknown): string => pageOf([resultOf(BROKEN, evidence)]);

/** An attribute of each element of a class, in the order of the page. */
function attributes(page: string, name: string, className: string): (string | undefined)[] {
  const elements = page.match(new RegExp(`<[a-z]+ class="${className}"[^>]*>`, "g")) ?? [];
  return elements.map((element) => new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1]);
}

test("a page is well-formed, and may load and run nothing", () => {
  const page = pageWith({ stream: STREAM, generations: [GENERATION] });
  expect(XMLValidator.validate(page)).toBe(true);
  expect(page).not.toMatch(/<script|<link|<img|<iframe| on\w+=| src=| style=|https?:/i);
  const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  expect(page).toContain(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`);
});

test("what a target said is text, wherever it stands, and nothing in it is invisible", () => {
  const outcome: Outcome = { ...BROKEN, found: HOSTILE, seen: HOSTILE, rows: [{ [HOSTILE]: HOSTILE }] };
  const events = [
    { at_ms: 1, event: { type: "token", content: HOSTILE } },
    { at_ms: 2, event: { type: "error", code: HOSTILE } },
    { at_ms: 3, event: { malformed: HOSTILE } },
  ];
  const evidence = { stream: { ...STREAM, request: HOSTILE, events, end: HOSTILE }, [HOSTILE]: HOSTILE };
  const page = pageOf([resultOf(outcome, evidence)], {
    target: HOSTILE,
    seed: HOSTILE,
    left_behind: [HOSTILE],
  });
  expect(XMLValidator.validate(page)).toBe(true);
  expect(page).not.toMatch(/<script|<img|<[^>]* onerror='/);
  expect(page).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u);
  expect(page).toContain("⟨U+0000⟩⟨U+001B⟩[2J⟨U+202E⟩⟨U+200B⟩⟨U+D800⟩");
});

test("any evidence makes a well-formed page", () => {
  const text = fc.string({ unit: "binary" });
  const json = fc.jsonValue({ stringUnit: "binary" });
  const event = fc.record({ at_ms: fc.double(), event: fc.dictionary(text, json) });
  const stream = fc.record({
    request: text,
    events: fc.array(event),
    comments_ms: fc.array(fc.double()),
    duration_ms: fc.double(),
    sent_at: fc.constantFrom("2026-01-01T00:00:00.000Z", "yesterday", undefined),
  });
  fc.assert(
    fc.property(stream, json, text, (seen, other, streamedText) => {
      const page = pageWith({ stream: seen, other, streamedText, generations: [GENERATION] });
      expect(XMLValidator.validate(page)).toBe(true);
      expect(page).not.toMatch(/NaN|Infinity%|="undefined/);
    }),
    { numRuns: 100 },
  );
});

test("claims that do not hold are open, the others folded", () => {
  const page = pageOf([
    resultOf({ verdict: "holds", seen: "it" }),
    resultOf(BROKEN),
    resultOf({ verdict: "flaky", first: BROKEN, seen: "it" }),
    resultOf({ verdict: "skipped", reason: "this target cannot sing" }),
    resultOf({ verdict: "could-not-run", reason: "the HMI answered 500" }),
  ]);
  const isOpen = [...page.matchAll(/<details class="claim" id="claim-\d"(.*)>/g)].map(
    ([, open]) => open !== "",
  );
  expect(isOpen).toEqual([false, true, true, false, true]);
});

test("the page opens with the counts, and a link to each claim that broke", () => {
  const page = pageOf([resultOf({ verdict: "holds", seen: "it" }), resultOf(BROKEN)], {
    left_behind: ["conversation 7"],
    interrupted: true,
  });
  const top = page.slice(page.indexOf("<body>"), page.indexOf("<details"));
  expect(top).toContain("Not every claim holds");
  expect(top).toContain("1 hold, 1 broken, 0 skipped in 1.2 s. Interrupted.");
  expect(top).toContain("conversation 7");
  expect(top).toContain('<a href="#claim-2">it is so: broken</a>');
  expect(top).toContain("expected a; found b");
  expect(top).toContain("look at: the place");
});

test("a stream is drawn where its events were", () => {
  const page = pageWith([{ some: { stream: STREAM } }]);
  expect(attributes(page, "x1", "token")).toEqual(["25%", "30%"]);
  expect(attributes(page, "cx", "heartbeat")).toEqual(["50%", "75%"]);
  expect(attributes(page, "x", "gap")).toEqual(["30%"]);
  expect(attributes(page, "width", "gap")).toEqual(["60%"]);
  expect(attributes(page, "x1", "leader").toSorted()).toEqual(["5%", "90%"]);
  expect(attributes(page, "x1", "end closed")).toEqual(["100%"]);
  expect(page).toMatch(/<text class="name" x="5%"[^>]*>planning</);
  expect(page).toMatch(/<text class="name" x="90%"[^>]*>done \(stop\)</);
  expect(page).toMatch(/<text class="quiet" x="30%"[^>]*>120 ms without an event</);
  expect(page).toContain("evidence at <code>[0].some.stream</code>");
});

test("engine and cancel are drawn on the client's clock where requests say when they were sent", () => {
  const page = pageWith({
    stream: { ...STREAM, sent_at: "2026-01-01T00:00:00.000Z" },
    calls: [{ ...CANCEL, sent_at: "2026-01-01T00:00:00.160Z" }],
    generations: [GENERATION],
  });
  // The engine works on for as long again: the whole is 400 ms.
  expect(attributes(page, "x1", "end closed")).toEqual(["50%"]);
  expect(attributes(page, "x1", "cancel")).toEqual(["40%"]);
  expect(attributes(page, "x", "engine aborted")).toEqual(["5%"]);
  expect(attributes(page, "width", "engine aborted")).toEqual(["95%"]);
  expect(attributes(page, "x1", "first-token")).toEqual(["10%"]);
  expect(page).toMatch(/>cancel: 200 in 3 ms</);
  expect(page).toMatch(/>engine: aborted after 380 ms, 9 tokens</);
});

test("without a common clock the engine begins with the request, and the page says so", () => {
  const page = pageWith({ stream: STREAM, cancel: CANCEL, generations: [GENERATION] });
  expect(attributes(page, "x", "engine aborted")).toEqual(["0%"]);
  expect(attributes(page, "x1", "cancel")).toEqual([]);
  expect(page).toContain("Client and engine share no clock here");
  expect(page).toContain("1 cancel not drawn");
});

test("a stream that was cut, and one that was given up, end so", () => {
  const page = pageWith([
    { ...STREAM, end: "cut" },
    { ...STREAM, events: [], end: "given-up" },
  ]);
  expect(attributes(page, "x1", "end cut")).toEqual(["100%"]);
  expect(attributes(page, "x1", "end given-up")).toEqual(["100%"]);
  expect(page).toMatch(/<text class="trouble"[^>]*>given up at 200 ms</);
});

test("what a body holds is not taken for a stream", () => {
  const page = pageWith({ ...CANCEL, body: { stream: STREAM } });
  expect(page).not.toContain("<figure>");
  expect(page).toContain("POST /api/chat/sessions/7/cancel");
});

test("a claim that holds has no drawing, and neither has one without evidence", () => {
  const results = [resultOf({ verdict: "holds", seen: "it" }, STREAM), resultOf(BROKEN)];
  expect(pageOf(results)).not.toContain("<figure>");
});

test("long texts are compared character by character", () => {
  const expected = `${"The same words again. ".repeat(20)}and an end`;
  const page = pageOf([resultOf({ ...BROKEN, expected, found: expected.replace("and", "und") })]);
  expect(page).toContain("<del>a</del><ins>u</ins>nd an end");
  expect(page).toContain("[360 equal characters]");
});

test("a reply that was stored otherwise than streamed is compared with it", () => {
  const row = { role: "assistant", content: "Help" };
  expect(pageWith({ stream: STREAM, newRows: [row] })).toContain("Hel<del>lo</del><ins>p</ins>");
  expect(pageWith({ streamedText: "Hello", newRows: [row] })).toContain("Hel<del>lo</del><ins>p</ins>");
  expect(pageWith({ streamedText: "Help", newRows: [row] })).not.toContain("<del>");
});

test("the page stays small, whatever a run has seen, and says what it left out", () => {
  const events = Array.from({ length: 20_000 }, (_, index) => ({
    at_ms: index,
    event: { type: "token", content: "word ".repeat(10) },
  }));
  const found = "x".repeat(1_000_000);
  const rows = Array.from({ length: 1000 }, () => ({ content: found }));
  const stream = { ...STREAM, events };
  const result = resultOf({ ...BROKEN, found, rows }, { stream, found });
  const page = pageOf(Array.from({ length: 3000 }, () => result));
  expect(page.length).toBeLessThan(4_000_000);
  for (const note of ["more characters", "more rows", "values of it", "the page is full", "more claims"]) {
    expect(page).toContain(note);
  }
});

test("evidence that is nested too deep to be walked is cut", () => {
  const deep = JSON.parse(`${"[".repeat(5000)}1${"]".repeat(5000)}`);
  const page = pageWith({ deep });
  expect(page).toContain("1 value of it left out");
});

test("a real run with a fault makes a page that names it", async () => {
  const fault = "reply-without-model-id";
  const report = await verify({ grep: /conversation.reply/, target: "in-process", fault });
  const page = html.render(report);
  expect(XMLValidator.validate(page)).toBe(true);
  expect(page).toContain(`Switched on: ${fault}.`);
  expect(page).toContain("look at: the call that saves the reply");
});

test("300 replies that were stored otherwise than streamed are a page in a moment", {
  timeout: 30_000,
}, () => {
  const words = "word ".repeat(2_400);
  const indexes = Array.from({ length: 300 }, (_, index) => index);
  const evidence = {
    streams: indexes.map((index) => ({
      ...STREAM,
      events: [{ at_ms: 1, event: { type: "token", content: `${words}${index}` } }],
    })),
    stored: indexes.map((index) => ({ role: "assistant", content: `${words}${index} and more` })),
  };
  expect(pageOf([resultOf(BROKEN, evidence)])).toContain("<ins> and more</ins>");
  const page = pageOf(
    indexes.map((index) => resultOf({ ...BROKEN, expected: `${index}${words}`, found: `${words}${index}` })),
  );
  expect(page).toContain("expected only");
});
