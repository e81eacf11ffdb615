import { appendFileSync, renameSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { interleaveLogs } from "../../../src/supervisor/logs/interleave-logs.ts";
import { type LogFiles, logFiles } from "../../../src/supervisor/logs/log-files.ts";
import { type LogSelection, openLogReader } from "../../../src/supervisor/logs/log-reader.ts";
import { rotateIfLarge } from "../../../src/supervisor/logs/rotate-log.ts";
import type { StateFolder } from "../../../src/supervisor/state-folder.ts";
import { temporaryState } from "../helpers.ts";
import { floodedLines, PATIENTLY, startFlood } from "./flood.ts";

const NOBODY = { pid: 2 ** 22, start_time: "0", boot_id: "" };
const MAX_BYTES = 16 * 1024;

/** Follows logs until the test ends; what was seen is `service: text`. */
async function follow(
  state: StateFolder,
  services: readonly string[],
  selection: LogSelection = {},
): Promise<{ seen: string[]; end(): Promise<void> }> {
  const abort = new AbortController();
  const readers = services.map((name) => openLogReader(name, logFiles(state, name), selection));
  const lines = interleaveLogs(await Promise.all(readers), abort.signal);
  const seen: string[] = [];
  const following = (async () => {
    for await (const { service, text } of lines) seen.push(`${service}: ${text}`);
  })();
  const end = async (): Promise<void> => {
    abort.abort();
    await following;
  };
  onTestFinished(end);
  return { seen, end };
}

function sample(state: StateFolder): LogFiles {
  return logFiles(state, "sample");
}

test("what comes is seen once, over rotations, with the line that one of them went through", async () => {
  const state = temporaryState();
  const { current } = sample(state);
  writeFileSync(current, "one\n");
  const { seen } = await follow(state, ["sample"]);
  await expect.poll(() => seen, PATIENTLY).toEqual(["sample: one"]);
  appendFileSync(current, "two\nth");
  await rotateIfLarge(state, "sample", NOBODY, { maxBytes: 3, keep: 10 });
  appendFileSync(current, "ree\n");
  await rotateIfLarge(state, "sample", NOBODY, { maxBytes: 3, keep: 10 });
  appendFileSync(current, "four\n");
  const all = ["one", "two", "three", "four"].map((text) => `sample: ${text}`);
  await expect.poll(() => seen, PATIENTLY).toEqual(all);
});

test("a log that is not there yet is followed from its first line", async () => {
  const state = temporaryState();
  const { seen } = await follow(state, ["sample"], { tail: 0 });
  writeFileSync(sample(state).current, "first\n");
  await expect.poll(() => seen, PATIENTLY).toEqual(["sample: first"]);
});

test("a log that somebody empties is read anew", async () => {
  const state = temporaryState();
  const { current } = sample(state);
  writeFileSync(current, "before\n");
  const { seen } = await follow(state, ["sample"]);
  await expect.poll(() => seen, PATIENTLY).toEqual(["sample: before"]);
  truncateSync(current);
  appendFileSync(current, "new\n");
  await expect.poll(() => seen, PATIENTLY).toEqual(["sample: before", "sample: new"]);
});

test("a log that somebody replaces is read to its end, and then the new one", async () => {
  const state = temporaryState();
  const { current } = sample(state);
  writeFileSync(current, "before\n");
  const { seen } = await follow(state, ["sample"], { tail: 0 });
  appendFileSync(current, "late\n");
  renameSync(current, `${current}.aside`);
  writeFileSync(current, "new\n");
  await expect.poll(() => seen, PATIENTLY).toEqual(["sample: late", "sample: new"]);
});

test("services are interleaved by time, each in its own order", async () => {
  const state = temporaryState();
  const at = (second: number, text: string): string => `2026-11-21T10:00:0${second}Z ${text}\n`;
  writeFileSync(logFiles(state, "a").current, at(1, "a1") + at(4, "a2") + at(3, "a3"));
  writeFileSync(logFiles(state, "b").current, at(2, "b1") + at(5, "b2"));
  const { seen } = await follow(state, ["a", "b"]);
  await expect
    .poll(() => seen.map((line) => line.slice(-2)), PATIENTLY)
    .toEqual(["a1", "b1", "a2", "a3", "b2"]);
});

test("the line without an end is seen when following ends", async () => {
  const state = temporaryState();
  writeFileSync(sample(state).current, "whole\nhalf");
  const { seen, end } = await follow(state, ["sample"]);
  await expect.poll(() => seen, PATIENTLY).toEqual(["sample: whole"]);
  await end();
  expect(seen).toEqual(["sample: whole", "sample: half"]);
});

test("a flood is followed through 5 rotations, and seen as it was written", {
  timeout: 120_000,
}, async () => {
  const state = temporaryState();
  const flood = await startFlood(state);
  const { seen, end } = await follow(state, ["flood"]);
  const { current } = logFiles(state, "flood");
  for (let rotations = 0; rotations < 5; ) {
    await expect.poll(() => statSync(current).size, PATIENTLY).toBeGreaterThan(MAX_BYTES);
    const rotation = await rotateIfLarge(state, "flood", flood.leader, { maxBytes: MAX_BYTES, keep: 1e6 });
    if (rotation.outcome === "rotated") rotations += 1;
  }
  await flood.end();
  const written = floodedLines(state).map((line) => `flood: ${line}`);
  await expect.poll(() => seen.length, PATIENTLY).toBeGreaterThanOrEqual(written.length);
  await end();
  expect(seen.slice(0, written.length)).toEqual(written);
});
