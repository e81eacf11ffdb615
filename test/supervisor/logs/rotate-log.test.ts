import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { isStopped } from "../../../src/os/process-identity.ts";
import { logFiles, rotatedFiles } from "../../../src/supervisor/logs/log-files.ts";
import { resumeInterrupted } from "../../../src/supervisor/logs/resume-rotation.ts";
import { mostBytesKept, rotateIfLarge } from "../../../src/supervisor/logs/rotate-log.ts";
import { openLog, type StateFolder } from "../../../src/supervisor/state-folder.ts";
import { rounds } from "../../support/rounds.ts";
import { temporaryState } from "../helpers.ts";
import { type Flood, PATIENTLY, startFlood, wrongLines } from "./flood.ts";

const NOBODY = { pid: 2 ** 22, start_time: "0", boot_id: "" };
const MAX_BYTES = 64 * 1024;
const ROTATIONS_KILLED = rounds(12, 60);

function write(state: StateFolder, text: string): string {
  const { current } = logFiles(state, "sample");
  writeFileSync(current, text);
  return current;
}

test("a log within its limit is left alone", async () => {
  const state = temporaryState();
  const log = write(state, "line\n");
  expect(await rotateIfLarge(state, "sample", NOBODY, { maxBytes: 5, keep: 3 })).toEqual({
    outcome: "small",
  });
  expect(readFileSync(log, "utf8")).toBe("line\n");
});

test("rotated files move up, and those beyond the limit go", async () => {
  const state = temporaryState();
  for (const text of ["one\n", "two\n", "six\n"]) {
    write(state, text);
    await rotateIfLarge(state, "sample", NOBODY, { maxBytes: 3, keep: 2 });
  }
  const { current, marker } = logFiles(state, "sample");
  expect(rotatedFiles(current).map(({ path }) => readFileSync(path, "utf8"))).toEqual(["six\n", "two\n"]);
  expect(statSync(current).size).toBe(0);
  expect(existsSync(marker)).toBe(false);
});

test("a log that has outgrown all that is kept of it is cut to its newest lines, and says how much is dropped", async () => {
  const state = temporaryState();
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}\n`);
  const log = write(state, lines.join(""));
  const rotation = await rotateIfLarge(state, "sample", NOBODY, { maxBytes: 100, keep: 3 });
  const [, notice, ...kept] = readFileSync(`${log}.1`, "utf8").split(/(?<=\n)/);
  expect(kept).toEqual(lines.slice(-kept.length));
  expect(kept.join("").length).toBeGreaterThan(80);
  expect(kept.join("").length).toBeLessThanOrEqual(100);
  const droppedBytes = lines.join("").length - kept.join("").length;
  expect(notice).toMatch(new RegExp(`^\\[stack\\] ${droppedBytes} bytes of this log were dropped here: `));
  expect(rotation).toMatchObject({ outcome: "rotated", bytes: kept.join("").length, droppedBytes });
  expect(statSync(log).size).toBe(0);
});

test("rotated files that are together larger than what is kept go, the oldest first", async () => {
  const state = temporaryState();
  const log = write(state, "new 45678\n");
  writeFileSync(`${log}.1`, "x".repeat(15));
  writeFileSync(`${log}.2`, "y".repeat(25));
  await rotateIfLarge(state, "sample", NOBODY, { maxBytes: 9, keep: 3 });
  expect(rotatedFiles(log).map(({ path }) => readFileSync(path, "utf8"))).toEqual([
    "new 45678\n",
    "x".repeat(15),
  ]);
});

test("a writer that is no member and outruns the copy does not fill the disk", {
  timeout: 60_000,
}, async () => {
  const state = temporaryState();
  const { current } = logFiles(state, "sample");
  const log = openLog(current);
  const writer = spawn("yes", ["a line of a stranger"], { stdio: ["ignore", log.fd, "ignore"] });
  onTestFinished(() => void writer.kill("SIGKILL"));
  closeSync(log.fd);
  const limits = { maxBytes: 100_000, keep: 3 };
  const dropped: number[] = [];
  while (dropped.length < 5) {
    await expect.poll(() => statSync(current).size, PATIENTLY).toBeGreaterThan(limits.maxBytes);
    const rotation = await rotateIfLarge(state, "sample", NOBODY, limits);
    if (rotation.outcome === "rotated") dropped.push(rotation.droppedBytes);
    const total = rotatedFiles(current).reduce((sum, { size }) => sum + size, 0);
    expect(total).toBeLessThanOrEqual(mostBytesKept(limits));
  }
  expect(Math.max(...dropped)).toBeGreaterThan(0);
});

test("a flood through 20 rotations loses no line, doubles none, and goes on", {
  timeout: 120_000,
}, async () => {
  const state = temporaryState();
  const flood = await startFlood(state, "none");
  const { current } = logFiles(state, "flood");
  for (let rotations = 0; rotations < 20; ) {
    await expect.poll(() => statSync(current).size, PATIENTLY).toBeGreaterThan(MAX_BYTES);
    const rotation = await rotateIfLarge(state, "flood", flood.leader, { maxBytes: MAX_BYTES, keep: 1e6 });
    if (rotation.outcome === "rotated") rotations += 1;
  }
  await expect.poll(() => statSync(current).size, PATIENTLY).toBeGreaterThan(0);
  await flood.end();
  expect(rotatedFiles(current).length).toBe(20);
  expect(wrongLines(state)).toEqual([]);
});

test("a rotation killed at any instant leaves nobody stopped, and no line lost or doubled", {
  timeout: 300_000,
}, async () => {
  const state = temporaryState();
  const flood = await startFlood(state);
  const { marker } = logFiles(state, "flood");
  for (let round = 0; round < ROTATIONS_KILLED; round += 1) {
    await killRotating(state, flood);
    // By the guard of the killed process, before anybody clears up.
    await expect.poll(() => flood.members().filter(({ pid }) => isStopped(pid)), PATIENTLY).toEqual([]);
    resumeInterrupted(state);
    expect(existsSync(marker)).toBe(false);
  }
  await flood.end();
  expect(wrongLines(state)).toEqual([]);
});

test("who was stopped by somebody else is not continued", async () => {
  const state = temporaryState();
  const { leader, members } = await startFlood(state);
  process.kill(leader.pid, "SIGSTOP");
  await expect.poll(() => isStopped(leader.pid), PATIENTLY).toBe(true);
  const rotation = await rotateIfLarge(state, "flood", leader, { maxBytes: 0, keep: 1e6 });
  expect(rotation.outcome).toBe("rotated");
  expect(members().filter(({ pid }) => isStopped(pid))).toMatchObject([{ pid: leader.pid }]);
});

/** Kills a rotating process with -9 some time after it has begun: within the first rotations, wherever that is. */
async function killRotating(state: StateFolder, flood: Flood): Promise<void> {
  const program = fileURLToPath(new URL("./programs/rotates.ts", import.meta.url));
  const args = [program, state.root, "flood", JSON.stringify(flood.leader), "2048"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  await once(child.stdout, "data");
  // A busy wait, as a timer would choose the instant too coarsely.
  for (const end = performance.now() + Math.random() * 40; performance.now() < end; );
  child.kill("SIGKILL");
  await exited;
}
