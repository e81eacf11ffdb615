import { expect, test } from "vitest";
import { mergeReports } from "../../src/harness/merge-reports.ts";
import { requireWholeRun } from "../../src/harness/require-whole-run.ts";
import { countOutcomes, type RunReport, type Shard } from "../../src/harness/run-report.ts";

function report(shard?: Shard): RunReport {
  return {
    report_version: 1,
    target: "a stack",
    seed: "7",
    ...(shard && { shard }),
    started_at: "2026-01-01T00:00:00Z",
    duration_ms: 1,
    suites: [],
    results: [],
    counts: countOutcomes([]),
    left_behind: [],
    interrupted: false,
  };
}

const filesOf = (...shards: (Shard | undefined)[]) =>
  shards.map((shard, place) => ({ file: `${place + 1}.json`, report: report(shard) }));

test("a whole run passes: every shard once, in any order, and reports that are no shards", () => {
  requireWholeRun(filesOf({ index: 2, of: 3 }, { index: 1, of: 3 }, { index: 3, of: 3 }));
  requireWholeRun(filesOf(undefined, undefined));
  requireWholeRun(filesOf(undefined, { index: 1, of: 1 }));
});

test.each([
  [
    "one is missing",
    [
      { index: 1, of: 3 },
      { index: 3, of: 3 },
    ],
    "Of the shards, 2/3 is missing.",
  ],
  ["several are", [{ index: 2, of: 4 }], "Of the shards, 1/4, 3/4, 4/4 are missing."],
  [
    "one is there twice",
    [
      { index: 1, of: 2 },
      { index: 1, of: 2 },
    ],
    "Shard 1/2 is there twice: 1.json and 2.json.",
  ],
  [
    "they are of different runs",
    [
      { index: 1, of: 2 },
      { index: 2, of: 3 },
    ],
    "1.json is shard 1/2, and 2.json is 2/3: they are parts of different runs.",
  ],
])("no whole run: %s", (_, shards, message) => {
  expect(() => requireWholeRun(filesOf(...shards))).toThrow(
    expect.objectContaining({ code: "shards_incomplete", message, exitCode: 2 }),
  );
});

test("what is merged of all shards is no shard; one that was repeated stays one", () => {
  const [first, second] = [report({ index: 1, of: 2 }), report({ index: 2, of: 2 })];
  expect(mergeReports([first, second])).not.toHaveProperty("shard");
  expect(mergeReports([first, first])).toMatchObject({ shard: { index: 1, of: 2 } });
});
