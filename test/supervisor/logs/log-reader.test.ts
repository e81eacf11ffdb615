import { appendFileSync, utimesSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type LogFiles, logFiles } from "../../../src/supervisor/logs/log-files.ts";
import { type LogLine, type LogSelection, openLogReader } from "../../../src/supervisor/logs/log-reader.ts";
import { rotateIfLarge } from "../../../src/supervisor/logs/rotate-log.ts";
import { TimeIndexWriter } from "../../../src/supervisor/logs/time-index-writer.ts";
import { temporaryState } from "../helpers.ts";

const NOBODY = { pid: 2 ** 22, start_time: "0", boot_id: "" };

/** A log of these parts, oldest first; the last one is the current file. */
function log(...parts: string[]): LogFiles {
  const files = logFiles(temporaryState(), "sample");
  writeLog(files, parts);
  return files;
}

function writeLog({ current }: LogFiles, parts: readonly string[]): void {
  parts.forEach((text, index) => {
    const number = parts.length - 1 - index;
    writeFileSync(number === 0 ? current : `${current}.${number}`, text);
  });
}

async function read(files: LogFiles, selection: LogSelection = {}): Promise<LogLine[]> {
  const reader = await openLogReader("sample", files, selection);
  const lines: LogLine[] = [];
  for (let some = reader.read(); some.length > 0; some = reader.read()) lines.push(...some);
  lines.push(...reader.end());
  reader.close();
  return lines;
}

async function texts(files: LogFiles, selection: LogSelection = {}): Promise<string[]> {
  return (await read(files, selection)).map(({ text }) => text);
}

test("lines come oldest first over rotated files, also one that a rotation went through", async () => {
  expect(await texts(log("a\nb", "b\nc\n", "d\n"))).toEqual(["a", "bb", "c", "d"]);
});

test("a number that is missing among the rotated files is passed over", async () => {
  const files = log("c\n");
  writeFileSync(`${files.current}.2`, "b\n");
  writeFileSync(`${files.current}.5`, "a\n");
  expect(await texts(files)).toEqual(["a", "b", "c"]);
});

test("a log that is not there has no lines", async () => {
  expect(await texts(log())).toEqual([]);
  expect(await texts(log(), { tail: 5 })).toEqual([]);
});

test("a tail is the last lines, however they lie in the files", async () => {
  const parts = fc.array(fc.string({ unit: fc.constantFrom("a", "é", "\n"), maxLength: 12 }), {
    minLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 0, max: 6 }), async (written, tail) => {
      const own = logFiles(temporaryState(), "sample");
      writeLog(own, written);
      const all = await texts(own);
      expect(await texts(own, { tail })).toEqual(tail === 0 ? [] : all.slice(-tail));
    }),
    { numRuns: 100 },
  );
});

test("a tail of matching lines is found wherever they are", async () => {
  const files = log("error 1\n", "ok\nerror 2\n", "ok\nok\nerror 3\nok\n");
  expect(await texts(files, { tail: 2, grep: /error/ })).toEqual(["error 2", "error 3"]);
});

test("since leaves out what is older, and keeps the lines of a traceback with theirs", async () => {
  const files = log("2026-11-21T10:00:00Z old\nTraceback\n2026-11-21T11:00:00Z new\nTraceback\n  line 1\n");
  const since = Date.parse("2026-11-21T10:30:00Z");
  expect(await texts(files, { since })).toEqual(["2026-11-21T11:00:00Z new", "Traceback", "  line 1"]);
});

test("files that were written to before are not read for since", async () => {
  const files = log("no time: old\n", "no time: new\n");
  utimesSync(`${files.current}.1`, 1000, 1000);
  expect(await texts(files, { since: 2_000_000 })).toEqual(["no time: new"]);
});

test("a line has the time of the one before it; the first ones that of what comes after", async () => {
  const lines = await read(log("cut off\n2026-11-21T10:00:00Z a\nb\n2026-11-21T11:00:00Z c\n"));
  const [ten, eleven] = [Date.parse("2026-11-21T10:00:00Z"), Date.parse("2026-11-21T11:00:00Z")];
  expect(lines.map(({ time }) => time)).toEqual([ten, ten, ten, eleven]);
});

test("lines that tell no time have none, unless they are seen as they are written", async () => {
  const files = log("before\n");
  const reader = await openLogReader("sample", files, {});
  expect(reader.read()).toMatchObject([{ text: "before", time: null }]);
  expect(reader.read()).toEqual([]);
  const now = Date.now();
  appendFileSync(files.current, "after\n");
  const [line] = reader.read();
  expect(line?.text).toBe("after");
  expect(line?.time).toBeGreaterThanOrEqual(now);
  reader.close();
});

test("lines that tell no time have those that were noted, also after rotations and for since", async () => {
  const state = temporaryState();
  const files = logFiles(state, "sample");
  const noter = new TimeIndexWriter(state, "sample");
  noter.look();
  const write = (text: string, second: number): void => {
    appendFileSync(files.current, text);
    utimesSync(files.current, second, second);
    noter.look();
  };
  write("one\ntwo\n", 1000);
  write("thr", 2000);
  write("ee\n", 3000);
  await rotateIfLarge(state, "sample", NOBODY, { maxBytes: 10, keep: 3 });
  write("four\n", 4000);
  const times = (lines: LogLine[]) => lines.map(({ text, time }) => [text, time]);
  const all = [
    ["one", 1_000_000],
    ["two", 1_000_000],
    ["three", 3_000_000],
    ["four", 4_000_000],
  ];
  expect(times(await read(files))).toEqual(all);
  expect(times(await read(files, { tail: 2 }))).toEqual(all.slice(2));
  expect(times(await read(files, { since: 2_500_000 }))).toEqual(all.slice(2));
});

test("of a log that was cut, the lines that are left have their times", async () => {
  const state = temporaryState();
  const files = logFiles(state, "sample");
  const noter = new TimeIndexWriter(state, "sample");
  noter.look();
  for (let second = 1000; second < 1020; second += 1) {
    appendFileSync(files.current, `line ${second}\n`);
    utimesSync(files.current, second, second);
    noter.look();
  }
  await rotateIfLarge(state, "sample", NOBODY, { maxBytes: 25, keep: 1 });
  expect((await read(files)).slice(-2)).toMatchObject([
    { text: "line 1018", time: 1_018_000 },
    { text: "line 1019", time: 1_019_000 },
  ]);
});

test("what grew while nobody watched, and what was noted before a log was emptied, tells no time", async () => {
  const state = temporaryState();
  const files = logFiles(state, "sample");
  appendFileSync(files.current, "unseen\n");
  const noter = new TimeIndexWriter(state, "sample");
  noter.look();
  appendFileSync(files.current, "seen\n");
  noter.look();
  expect((await read(files)).map(({ time }) => typeof time)).toEqual(["object", "number"]);
  writeFileSync(files.current, "new\n");
  const hourLater = Date.now() / 1000 + 3600;
  utimesSync(files.current, hourLater, hourLater);
  new TimeIndexWriter(state, "sample").look();
  expect(await read(files)).toMatchObject([{ text: "new", time: null }]);
});

test("lines without a time that came together with one that has one belong to it; later ones do not", async () => {
  const state = temporaryState();
  const files = logFiles(state, "sample");
  const noter = new TimeIndexWriter(state, "sample");
  noter.look();
  appendFileSync(files.current, "2026-11-21T10:00:00Z error\nTraceback\n");
  noter.look();
  appendFileSync(files.current, "INFO: later\n");
  utimesSync(files.current, 2e9, 2e9);
  noter.look();
  const ten = Date.parse("2026-11-21T10:00:00Z");
  expect((await read(files)).map(({ time }) => time)).toEqual([ten, ten, 2e12]);
});
