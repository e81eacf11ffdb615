import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareRuns } from "../../src/harness/compare-runs.ts";
import { type Check, defineCheck } from "../../src/harness/define-check.ts";
import { judgeAgain } from "../../src/harness/judge-again.ts";
import { mergeReports } from "../../src/harness/merge-reports.ts";
import { tellAsEvents } from "../../src/harness/replay-report.ts";
import type { RunEvent, RunReport } from "../../src/harness/run-report.ts";
import { runSuites } from "../../src/harness/run-suites.ts";
import { loadRun, readReport, saveRun, withoutEvidence } from "../../src/harness/saved-run.ts";
import { tempFolder } from "../support/temp.ts";

/** A check that sees a number, and holds where that is not above the limit. */
function check(name: string, seen: number, limit = 5): Check<string, never> {
  return defineCheck<string, { number: number }>({
    ...{ id: `suite/${name}`, claim: `${name} is small`, why: "w", lookAt: "l", needs: [] },
    collect: async () => ({ number: seen }),
    judge: ({ number }) =>
      number <= limit
        ? { verdict: "holds", seen: String(number) }
        : { verdict: "broken", expected: `at most ${limit}`, found: String(number), seen: "it" },
  });
}

const skipped: Check<string, never> = { ...check("skipped", 0), needs: ["sing"] };

async function run(checks: Check<string, never>[]): Promise<RunReport> {
  return await runSuites({
    suites: [{ name: "suite", title: "A suite.", checks }],
    description: "a target",
    withTarget: (_, use) => use({ target: "t", capabilities: new Set<string>() }),
    ...{ parallel: 1, deadlineMs: 10_000, retries: 0, seed: "1" },
    signal: new AbortController().signal,
    onEvent: () => undefined,
  });
}

const suiteOf = (checks: Check<string, never>[]) => [{ name: "suite", title: "A suite.", checks }];

test("a saved run is loaded as it was, and judged again to the same verdicts", async () => {
  const folder = join(tempFolder(), "new", "found");
  const checks = [check("one", 1), check("nine", 9), skipped];
  const report = await run(checks);
  saveRun(folder, report);
  expect(readdirSync(join(folder, "evidence", "suite")).toSorted()).toEqual(["nine.json", "one.json"]);
  expect(readFileSync(join(folder, "report.json"), "utf8")).not.toContain('"evidence"');
  expect(loadRun(folder)).toEqual(report);
  expect(judgeAgain(suiteOf(checks), loadRun(folder))).toEqual(report);
});

test("evidence is judged by the check as it is now", async () => {
  const saved = await run([check("nine", 9)]);
  const now = judgeAgain(suiteOf([check("nine", 0, 10)]), saved);
  expect(now.results[0]?.outcome).toEqual({ verdict: "holds", seen: "9" });
  expect(now.counts).toMatchObject({ holds: 1, broken: 0 });
  expect(now.suites[0]?.counts).toEqual(now.counts);
});

test("what no check judges any more could not run", async () => {
  const now = judgeAgain(suiteOf([]), await run([check("nine", 9)]));
  expect(now.counts).toMatchObject({ broken: 0, could_not_run: 1 });
});

test("a folder that is no saved run, and a file that is no report, are told", () => {
  const folder = tempFolder();
  expect(() => loadRun(folder)).toThrow(expect.objectContaining({ code: "report_unreadable" }));
  const file = join(folder, "other.json");
  writeFileSync(file, '{"report_version": 0}');
  expect(() => readReport(file)).toThrow(expect.objectContaining({ code: "report_unreadable" }));
});

test.each(["../../../secret", "/etc/passwd", "suite/..", "suite\\..\\x", "a/./b", "", "a\u0000b"])(
  "evidence of %j, which is no check, is not looked for",
  async (id) => {
    const folder = tempFolder();
    const report = await run([check("one", 1)]);
    saveRun(folder, {
      ...report,
      results: report.results.map(({ evidence: _, ...result }) => ({ ...result, id })),
    });
    expect(() => loadRun(folder)).toThrow(
      expect.objectContaining({
        code: "report_unreadable",
        message: expect.stringContaining("is no id of a check"),
      }),
    );
    expect(() =>
      saveRun(folder, { ...report, results: report.results.map((result) => ({ ...result, id })) }),
    ).toThrow(expect.objectContaining({ message: expect.stringContaining("is no id of a check") }));
  },
);

test("what is nested deeper than any evidence is refused", async () => {
  const folder = tempFolder();
  saveRun(folder, await run([check("one", 1)]));
  const deep = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
  writeFileSync(join(folder, "evidence", "suite", "one.json"), deep);
  expect(() => loadRun(folder)).toThrow(
    expect.objectContaining({
      code: "report_unreadable",
      message: expect.stringContaining("nested more than 500"),
    }),
  );
});

test("a key that is the name of a prototype is a key", async () => {
  const folder = tempFolder();
  saveRun(folder, await run([check("one", 1)]));
  writeFileSync(join(folder, "evidence", "suite", "one.json"), '{"__proto__":{"number":1},"number":9}');
  expect(judgeAgain(suiteOf([check("one", 0)]), loadRun(folder)).results[0]?.outcome).toMatchObject({
    verdict: "broken",
    found: "9",
  });
});

test("a folder that cannot be written is told", async () => {
  const file = join(tempFolder(), "file");
  writeFileSync(file, "");
  const report = await run([check("one", 1)]);
  expect(() => saveRun(file, report)).toThrow(expect.objectContaining({ code: "report_unwritable" }));
});

test("a symbolic link in the place of a report or of evidence is not followed", async () => {
  const report = await run([check("one", 1)]);
  for (const name of ["report.json", join("evidence", "suite", "one.json")]) {
    const folder = tempFolder({ target: "kept", [join("evidence", "suite", "zero.json")]: "" });
    symlinkSync(join(folder, "target"), join(folder, name));
    expect(() => saveRun(folder, report)).toThrow(expect.objectContaining({ code: "report_unwritable" }));
    expect(readFileSync(join(folder, "target"), "utf8")).toBe("kept");
  }
});

test("a comparison tells what is new, what is fixed and what is as it was", async () => {
  const before = await run([check("a", 9), check("b", 9), check("c", 1)]);
  const now = await run([check("a", 9), check("b", 1), check("c", 9)]);
  expect(compareRuns(before, now)).toEqual({
    newly_broken: ["suite/c"],
    fixed: ["suite/b"],
    still_broken: ["suite/a"],
  });
});

test("the reports of shards make one report", async () => {
  const [one, two] = [await run([check("a", 1)]), await run([check("b", 9), skipped])];
  const merged = mergeReports([one, two]);
  expect(merged.results.map(({ id }) => id)).toEqual(["suite/a", "suite/b", "suite/skipped"]);
  expect(merged.counts).toEqual({ holds: 1, broken: 1, flaky: 0, skipped: 1, could_not_run: 0 });
  expect(merged.suites).toMatchObject([{ name: "suite", counts: merged.counts }]);
});

test("a run that is over can be told again", async () => {
  const events: RunEvent[] = [];
  const report = withoutEvidence(await run([check("a", 1)]));
  tellAsEvents(report, (event) => events.push(event));
  expect(events.map(({ type }) => type)).toEqual([
    "run-started",
    "suite-started",
    "check-started",
    "check-ended",
    "suite-ended",
    "run-ended",
  ]);
});
