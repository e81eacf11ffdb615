import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expect, test } from "vitest";
import { asReport } from "../../src/harness/report-schema.ts";
import {
  type CheckResult,
  countOutcomes,
  type Outcome,
  type RunReport,
} from "../../src/harness/run-report.ts";
import { fileReporters, findReporter } from "../../src/reporters/find-reporter.ts";

const HOSTILE = "<script>&\"'\u0000\u001b[2J # % ::error::\n\ud800 ]]> | `x`";

const OUTCOMES: readonly Outcome[] = [
  { verdict: "holds", seen: "it" },
  { verdict: "broken", expected: "a", found: HOSTILE, seen: "GET /x", rows: [{ content: HOSTILE }] },
  { verdict: "flaky", first: { verdict: "broken", expected: "a", found: "b", seen: "it" }, seen: "it" },
  { verdict: "skipped", reason: "this target cannot sing" },
  { verdict: "could-not-run", reason: "the HMI answered 500" },
];

const RESULTS = OUTCOMES.map(
  (outcome): CheckResult => ({
    id: `suite/${outcome.verdict}`,
    claim: `it is so: ${outcome.verdict}`,
    why: "because",
    look_at: "the place",
    duration_ms: 1500,
    attempts: 1,
    outcome,
    evidence: "what was seen",
  }),
);

const COUNTS = countOutcomes(RESULTS);

const REPORT: RunReport = {
  report_version: 1,
  target: `a target ${HOSTILE}`,
  seed: "7",
  started_at: "2026-01-01T00:00:00.000Z",
  duration_ms: 1234,
  suites: [{ name: "suite", title: "A suite.", duration_ms: 1200, counts: COUNTS }],
  results: RESULTS,
  counts: COUNTS,
  left_behind: [],
  interrupted: false,
};

const render = (name: string): string => findReporter(name).render(REPORT);

test("every format has a name of its own, and is found by it", () => {
  const names = fileReporters.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.map((name) => findReporter(name).name)).toEqual(names);
  expect(() => findReporter("telegram")).toThrow(expect.objectContaining({ code: "bad_flag" }));
});

test("only the page holds what was judged, and no format control characters", () => {
  for (const { name, render: write } of fileReporters) {
    const text = write(REPORT);
    expect(text.includes("what was seen")).toBe(name === "html");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
    expect(text).not.toMatch(/[\u0000\u001b]/);
  }
});

test("json is the report without its evidence, and keeps to the published schema", () => {
  const json = JSON.parse(render("json"));
  expect(asReport(json)).toEqual(JSON.parse(JSON.stringify({ ...REPORT, results: json.results })));
  expect(json.results.map(({ id }: CheckResult) => id)).toEqual(RESULTS.map(({ id }) => id));
});

test("junit is well-formed, whatever a target said, and counts as the report does", () => {
  const xml = render("junit");
  expect(XMLValidator.validate(xml)).toBe(true);
  const { testsuites } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "" }).parse(xml);
  expect(testsuites).toMatchObject({ tests: "5", failures: "2", errors: "1", skipped: "1", time: "1.234" });
  const cases = testsuites.testsuite.testcase;
  const kinds = ["failure", "skipped", "error"];
  expect(cases.map((each: object) => kinds.find((kind) => kind in each))).toEqual([
    undefined,
    "failure",
    "failure",
    "skipped",
    "error",
  ]);
  expect(cases[0]).toMatchObject({ classname: "suite", name: "it is so: holds", time: "1.500" });
});

test("tap has a point a check, each on a line, with its plan", () => {
  const lines = render("tap").split("\n");
  expect(lines.slice(0, 2)).toEqual(["TAP version 14", "1..5"]);
  expect(lines.filter((line) => /^(not )?ok/.test(line))).toEqual([
    "ok 1 - suite/holds: it is so: holds",
    "not ok 2 - suite/broken: it is so: broken",
    "not ok 3 - suite/flaky: it is so: flaky",
    "ok 4 - suite/skipped: it is so: skipped # SKIP this target cannot sing",
    "not ok 5 - suite/could-not-run: it is so: could-not-run",
  ]);
});

test("github has one annotation a line, and nothing that a target said can begin another", () => {
  const lines = render("github").trimEnd().split("\n");
  expect(lines.map((line) => line.split(" ")[0])).toEqual(["::error", "::error", "::notice", "::error"]);
});

test("the github summary shows the counts, and what a target said as plain words", () => {
  const text = render("github-summary");
  expect(text).toContain("| suite | 1 | 1 | 1 | 1 | 1 |");
  expect(text).not.toContain("<script>&");
});
