import { XMLValidator } from "fast-xml-parser";
import { expect, test } from "vitest";
import type { LoadReport } from "../../src/harness/load-report.ts";
import { asReport } from "../../src/harness/report-schema.ts";
import { countOutcomes, type RunEvent, type RunReport } from "../../src/harness/run-report.ts";
import { findKnee } from "../../src/load/find-knee.ts";
import { html } from "../../src/reporters/html/html-reporter.ts";
import { json } from "../../src/reporters/json-reporter.ts";
import { junit } from "../../src/reporters/junit-reporter.ts";
import { createTerminalReporter } from "../../src/reporters/terminal-reporter.ts";
import { allAt, loadReport, loadStep } from "../support/load-step.ts";
import { readableScreen } from "../support/screen.ts";

const HOSTILE = `<script>alert(1)</script>"&\u0007`;

const steps = [
  loadStep({ users: 1, tokens_per_s: 10, under_way: 1 }),
  loadStep({ users: 4, tokens_per_s: 40, under_way: 4, first_token_ms: { ...allAt(20), p95: 35 } }),
  loadStep({
    users: 8,
    tokens_per_s: 41,
    under_way: 8,
    reply_ms: allAt(700),
    messages: { due: 100, done: 90, failed: 3, cut: 1, unfinished: 2, unsent: 4 },
    failures: { [HOSTILE]: 3 },
    driver: { late_p95_ms: 80, late_max_ms: 100, cpu: 0.95, is_held_up: true },
  }),
];
const load: LoadReport = loadReport(steps, {
  knee: findKnee(steps.map((step) => ({ ...step, driver: { ...step.driver, is_held_up: false } }))),
});

const report: RunReport = {
  report_version: 1,
  target: "a target",
  seed: "7",
  started_at: "2026-01-01T00:00:00.000Z",
  duration_ms: 1_234,
  suites: [{ name: "sla", title: "The targets.", duration_ms: 1_200, counts: countOutcomes([]) }],
  results: [],
  counts: countOutcomes([]),
  left_behind: [],
  interrupted: false,
  load,
};

/** The lines that the terminal's reporter writes into a pipe for these events. */
function linesOf(events: readonly RunEvent[]): string[] {
  const { screen, output } = readableScreen();
  const tell = createTerminalReporter(screen);
  for (const event of events) tell(event);
  return output().split("\n").slice(0, -1);
}

test("the terminal shows a line a step, no wider than a usual one, with the knee and its figures", () => {
  const lines = linesOf([{ type: "load-ended", load }]);
  const rows = lines.filter((line) => /^ +\d+ /.test(line));
  expect(rows).toHaveLength(3);
  expect(rows[1]).toMatch(/^ +4 +40 +20 +35 +20 +30 +300 +300 +400 +0 +0 <$/);
  expect(rows[2]).toMatch(/ +4 +6$/);
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(80);
  expect(lines.join("\n")).toContain("Knee  At 4 users: with 8, throughput goes from 40 to 41 tokens/s");
  expect(lines.join("\n")).toContain("held up themselves (P95 80 ms late, 95 % of a core)");
});

test("a step that is over leaves a line", () => {
  const progress = { elapsed_ms: 1_000, total_ms: 9_000, users: 1, running: 1, done: 5, failed: 0 };
  const figures = { tokens_per_s: 12.5, first_token_p50_ms: 20.25, first_token_p95_ms: 12_345 };
  const lines = linesOf([
    { type: "load-progress", progress: { ...progress, ...figures } },
    { type: "load-progress", progress: { ...progress, ...figures, users: 2 } },
  ]);
  expect(lines).toEqual(["  1 user: 12.5 tokens/s, first token P50 20.3, P95 12.3s ms, 5 done, 0 failed"]);
});

test("the page is well-formed, draws each step, and shows a foreign code as text", () => {
  const page = html.render(report);
  expect(XMLValidator.validate(page)).toBe(true);
  expect(page).not.toContain("<script>");
  // Throughput, times over users, and three kinds of times over their percentiles.
  expect(page.match(/<svg /g)).toHaveLength(5);
  expect(page).toContain(">knee</text>");
  expect(page).toContain("At 4 users");
});

test("a page of one step, and of none, is well-formed too", () => {
  for (const few of [steps.slice(0, 1), []]) {
    const page = html.render({ ...report, load: loadReport(few, { users: 1 }) });
    expect(XMLValidator.validate(page)).toBe(true);
    expect(page).not.toContain("NaN");
  }
});

test("JUnit has each percentile as a property", () => {
  const xml = junit.render(report);
  expect(XMLValidator.validate(xml)).toBe(true);
  expect(xml).toContain('<property name="load.4.first_token_ms.p95" value="35"/>');
  expect(xml).toContain('<property name="load.8.unsent" value="4"/>');
});

test("the report in a file is read again, with its histograms", () => {
  expect(asReport(JSON.parse(json.render(report)))?.load).toEqual(load);
});
