import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { logFiles, rotatedFiles } from "../../../src/supervisor/logs/files.ts";
import { resumeInterrupted } from "../../../src/supervisor/logs/resume.ts";
import { rotateIfLarge } from "../../../src/supervisor/logs/rotate.ts";
import { isStopped } from "../../../src/supervisor/os/identity.ts";
import type { StateFolder } from "../../../src/supervisor/state.ts";
import { temporaryState } from "../helpers.ts";
import { type Flood, PATIENTLY, startFlood, wrongLines } from "./flood.ts";

const NOBODY = { pid: 2 ** 22, start_time: "0", boot_id: "" };
const MAX_BYTES = 64 * 1024;

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
  for (const text of ["one\n", "two\n", "three\n"]) {
    write(state, text);
    await rotateIfLarge(state, "sample", NOBODY, { maxBytes: 1, keep: 2 });
  }
  const { current, marker } = logFiles(state, "sample");
  expect(rotatedFiles(current).map(({ path }) => readFileSync(path, "utf8"))).toEqual(["three\n", "two\n"]);
  expect(statSync(current).size).toBe(0);
  expect(existsSync(marker)).toBe(false);
});

test("a flood through 20 rotations loses no line, doubles none, and goes on", {
  timeout: 120_000,
}, async () => {
  const state = temporaryState();
  const flood = await startFlood(state, "none");
  const { current } = logFiles(state, "flood");
  for (let rotations = 0; rotations < 20; ) {
    await expect.poll(() => statSync(current).size, PATIENTLY).toBeGreaterThan(MAX_BYTES);
    const rotation = await rotateIfLarge(state, "flood", flood.leader, { maxBytes: MAX_BYTES, keep: 100 });
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
  for (let round = 0; round < 30; round += 1) {
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
  const rotation = await rotateIfLarge(state, "flood", leader, { maxBytes: 0, keep: 3 });
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
