import { appendFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { logFiles } from "../../../src/supervisor/logs/log-files.ts";
import { readLogTimeIndex } from "../../../src/supervisor/logs/log-time-index.ts";
import { TimeIndexWriter } from "../../../src/supervisor/logs/time-index-writer.ts";
import { temporaryState } from "../helpers.ts";

const NEVER = () => Number.POSITIVE_INFINITY;

test("the notes stay small, however often a log grows; the newest stay exact", () => {
  const state = temporaryState();
  const { current, times = "" } = logFiles(state, "sample");
  const noter = new TimeIndexWriter(state, "sample");
  noter.look();
  const LINES = 30_000;
  for (let line = 1; line <= LINES; line += 1) {
    appendFileSync(current, ".\n");
    utimesSync(current, 1_700_000_000 + line, 1_700_000_000 + line);
    noter.look();
  }
  expect(statSync(times).size).toBeLessThan(257 * 1024);
  expect(statSync(times).mode & 0o777).toBe(0o600);
  const noted = readLogTimeIndex(times).current;
  expect(noted.at(2 * LINES, NEVER)?.time).toBe((1_700_000_000 + LINES) * 1000);
  const lateBy = (noted.at(2 * 100, NEVER)?.time ?? 0) / 1000 - 1_700_000_100;
  expect(lateBy).toBeGreaterThanOrEqual(0);
  expect(lateBy).toBeLessThan(100);
});

test("notes that are torn, or no notes, are passed over", () => {
  const state = temporaryState();
  const { times = "" } = logFiles(state, "sample");
  writeFileSync(times, "1000 5\nnonsense\n\n2000 x\n3000 10\n400");
  const { current } = readLogTimeIndex(times);
  expect([5, 6, 10, 11].map((offset) => current.at(offset, NEVER)?.time)).toEqual([
    1000,
    3000,
    3000,
    undefined,
  ]);
});

test("what came after the last note has the time of the file, if that is near", () => {
  const state = temporaryState();
  const { times = "" } = logFiles(state, "sample");
  writeFileSync(times, "1000 5\n");
  const { current } = readLogTimeIndex(times);
  expect(current.at(6, () => 3000)?.time).toBe(3000);
  expect(readLogTimeIndex(times).current.at(6, () => 60_000)).toBeUndefined();
});
