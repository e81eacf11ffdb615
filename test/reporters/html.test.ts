import { createHash } from "node:crypto";
import { join } from "node:path";
import * as fc from "fast-check";
import { XMLValidator } from "fast-xml-parser";
import { beforeAll, describe, expect, test } from "vitest";
import { everySuite } from "../../src/checks/suites.ts";
import type { TextPair } from "../../src/harness/define-check.ts";
import { judgeAgain } from "../../src/harness/judge-again.ts";
import { mergeReports } from "../../src/harness/merge-reports.ts";
import {
  type CheckResult,
  countOutcomes,
  type Outcome,
  type RunReport,
} from "../../src/harness/run-report.ts";
import { loadRun, readReport, saveRun } from "../../src/harness/saved-run.ts";
import { html } from "../../src/reporters/html/html-reporter.ts";
import { json } from "../../src/reporters/json-reporter.ts";
import { verify } from "../../src/verify/verify-stack.ts";
import { tempFolder } from "../support/temp.ts";

const HOSTILE = `</style><script>alert(1)</script><img src=x onerror='alert(1)'> "&" \u0000\u001b[2J\u202e\u200b\ud800 ]]>`;

const BROKEN: Outcome = { verdict: "broken", expected: "a", found: "b", seen: "GET /x" };

const STREAM = {
  kind: "stream",
  request: "GET /api/chat/stream/7",
  sent_at: "2026-01-02T00:00:00.000Z",
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

/** By a clock that is a day behind that of the requests. */
const GENERATION = {
  kind: "generation",
  tokens_sent: 9,
  ended: "aborted",
  started_at: "2026-01-01T00:00:00.020Z",
  first_token_at: "2026-01-01T00:00:00.040Z",
  ended_at: "2026-01-01T00:00:00.400Z",
};

const CANCEL = {
  kind: "call",
  request: "POST /api/chat/sessions/7/cancel",
  sent_at: "2026-01-02T00:00:00.160Z",
  status: 200,
  body: {},
  duration_ms: 3,
};

/** Two texts that should have been one. */
function textsOf(before: string, after: string): TextPair {
  return { title: "As streamed, and as stored", names: ["streamed", "stored"], before, after };
}

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

function reportOf(results: readonly CheckResult[], more: Partial<RunReport> = {}): RunReport {
  const counts = countOutcomes(results);
  return {
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
  };
}

function pageOf(...given: Parameters<typeof reportOf>): string {
  return html.render(reportOf(...given));
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
  const texts: TextPair = { ...textsOf(HOSTILE, `${HOSTILE}!`), title: HOSTILE, names: [HOSTILE, HOSTILE] };
  const rows = [{ [HOSTILE]: HOSTILE }];
  const outcome: Outcome = { ...BROKEN, found: HOSTILE, seen: HOSTILE, rows, texts };
  const events = [
    { at_ms: 1, event: { type: "token", content: HOSTILE } },
    { at_ms: 2, event: { type: "error", code: HOSTILE } },
    { at_ms: 3, event: { malformed: HOSTILE } },
  ];
  const evidence = { stream: { ...STREAM, request: HOSTILE, events }, [HOSTILE]: HOSTILE };
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
  const time = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
  const anyTime = fc.oneof({ arbitrary: time, weight: 50 }, { arbitrary: fc.double(), weight: 1 });
  const stream = fc.record({
    kind: fc.constantFrom("stream", "stream", "stream", "brook"),
    request: text,
    status: fc.integer(),
    events: fc.array(fc.record({ at_ms: anyTime, event: fc.dictionary(text, json) })),
    comments_ms: fc.array(anyTime),
    duration_ms: fc.oneof(fc.constant(Number.MAX_VALUE), anyTime),
    sent_at: fc.constantFrom("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00Z", "yesterday", undefined),
    end: fc.constantFrom("closed", "cut", "given-up", "left"),
  });
  fc.assert(
    fc.property(stream, json, text, (seen, other, more) => {
      const page = pageWith({ stream: seen, other, more, generations: [GENERATION] });
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

test("what the engine did at another time, by its clock, begins with the request, and the page says so", () => {
  const page = pageWith({ stream: STREAM, cancel: CANCEL, generations: [GENERATION] });
  // The engine works for 380 ms; the cancel is on the client's own clock.
  expect(attributes(page, "x", "engine aborted")).toEqual(["0%"]);
  expect(attributes(page, "x1", "cancel")).toEqual(["42.11%"]);
  expect(page).toContain("By the clocks the engine did this at another time");
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

test("two texts that should have been one are compared, also of a report that was read from a file", () => {
  const report = reportOf([resultOf({ ...BROKEN, texts: textsOf("Hello", "Help") }, STREAM)]);
  const file = join(tempFolder({ "report.json": json.render(report) }), "report.json");
  for (const page of [html.render(report), html.render(mergeReports([readReport(file)]))]) {
    expect(page).toContain("<h3>As streamed, and as stored</h3>");
    expect(page).toContain("Hel<del>lo</del><ins>p</ins>");
  }
});

test.each([
  ["of an earlier version, which says nowhere what it is", { ...STREAM, kind: undefined }],
  ["that is not what it says", { ...STREAM, duration_ms: "long" }],
  ["whose times contradict each other", { ...STREAM, duration_ms: 100 }],
  ["of a kind of somebody's own", { ...STREAM, kind: "brook" }],
])("evidence %s is shown as it is", (_, stream) => {
  const page = pageWith({ stream, calls: [CANCEL] });
  expect(page).not.toContain("<figure>");
  expect(page).toContain("The evidence as it is");
  expect(page).toContain("&quot;request&quot;: &quot;GET /api/chat/stream/7&quot;");
  expect(page).toContain("<code>POST /api/chat/sessions/7/cancel</code>");
});

test("the page stays small, whatever a run has seen, and says what it left out", () => {
  const events = Array.from({ length: 20_000 }, (_, index) => ({
    at_ms: index,
    event: { type: "token", content: "word ".repeat(10) },
  }));
  const found = "x".repeat(1_000_000);
  const rows = Array.from({ length: 1000 }, () => ({ content: found }));
  const stream = { ...STREAM, events, duration_ms: events.length };
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

describe("a real run with a fault", () => {
  const fault = "reply-without-model-id";
  let report: RunReport;
  beforeAll(async () => {
    report = await verify({ grep: /conversation.reply/, target: "in-process", fault });
  });

  test("makes a page that names it, with the streams that were seen and what the engine did for each", () => {
    const page = html.render(report);
    expect(XMLValidator.validate(page)).toBe(true);
    expect(page).toContain(`Switched on: ${fault}.`);
    expect(page).toContain("look at: the call that saves the reply");
    const streams = page.match(/<figure>/g)?.length ?? 0;
    expect(streams).toBeGreaterThan(0);
    expect(page.match(/<rect class="engine done"/g)?.length).toBeGreaterThanOrEqual(streams);
  });

  test("of an earlier version, which does not say what it saw, is judged again, and shown as it is", () => {
    const folder = tempFolder();
    const results = report.results.map((result) => ({ ...result, evidence: withoutKinds(result.evidence) }));
    saveRun(folder, { ...report, results });
    const again = judgeAgain(everySuite, loadRun(folder));
    expect(again.results.map(({ outcome }) => outcome)).toEqual(report.results.map(({ outcome }) => outcome));
    const page = html.render(again);
    expect(page).not.toContain("<figure>");
    expect(page).toContain("The evidence as it is");
  });
});

/** As it was written down before anything in it said what it is. */
function withoutKinds(evidence: unknown): unknown {
  const isKind = (key: string, value: unknown) =>
    key === "kind" && ["call", "stream", "generation"].includes(String(value));
  const text = JSON.stringify(evidence, (key, value) => (isKind(key, value) ? undefined : value));
  return JSON.parse(text);
}

test("300 replies that were stored otherwise than streamed are a page in a moment", {
  timeout: 30_000,
}, () => {
  const words = "word ".repeat(2_400);
  const indexes = Array.from({ length: 300 }, (_, index) => index);
  const page = pageOf(
    indexes.map((index) =>
      resultOf({
        ...BROKEN,
        expected: `${index}${words}`,
        found: `${words}${index}`,
        texts: textsOf(`${words}${index}`, `${words}${index} and more`),
      }),
    ),
  );
  expect(page).toContain("<ins> and more</ins>");
  expect(page).toContain("expected only");
});
