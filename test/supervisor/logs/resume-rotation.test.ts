import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { identify, identifySelf, isStopped } from "../../../src/os/process-identity.ts";
import type { ProcessIdentity } from "../../../src/os/process-table.ts";
import type { LogCut } from "../../../src/supervisor/logs/log-cut.ts";
import { logFiles } from "../../../src/supervisor/logs/log-files.ts";
import { resumeInterrupted } from "../../../src/supervisor/logs/resume-rotation.ts";
import type { StateFolder } from "../../../src/supervisor/state-folder.ts";
import { temporaryState } from "../helpers.ts";
import { PATIENTLY } from "./flood.ts";

/** What a rotation leaves that was killed: a log, the copy of it, and a marker. */
function killedRotation(
  log: string,
  copy: string,
  stopped: readonly ProcessIdentity[] = [],
  cut?: LogCut,
): StateFolder {
  const state = temporaryState();
  const { current, marker } = logFiles(state, "sample");
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const recorded = stopped.map(({ pid, startTime, bootId }) => ({
    pid,
    start_time: startTime,
    boot_id: bootId,
  }));
  const owner = { pid, start_time: "1", boot_id: identifySelf().bootId };
  writeFileSync(current, log);
  writeFileSync(`${current}.copy-${pid}`, copy);
  writeFileSync(marker, JSON.stringify({ owner, stopped: recorded, cut }));
  return state;
}

function contents(state: StateFolder): Record<string, string> {
  const files = readdirSync(state.log).sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(`${state.log}/${file}`, "utf8")]));
}

test.each(["", "a\n", "a\nb\n"])("a copy of what is still in the log is removed: %j", (copy) => {
  const state = killedRotation("a\nb\n", copy);
  expect(resumeInterrupted(state)).toEqual(["sample"]);
  expect(contents(state)).toEqual({ "sample.log": "a\nb\n" });
  expect(readdirSync(state.run)).toEqual([]);
});

test.each(["", "c\n"])("a copy of what is no longer in the log is kept as its newest part: %j", (log) => {
  const state = killedRotation(log, "a\nb\n");
  writeFileSync(`${logFiles(state, "sample").current}.1`, "older\n");
  resumeInterrupted(state);
  expect(contents(state)).toEqual({ "sample.log": log, "sample.log.1": "a\nb\n", "sample.log.2": "older\n" });
});

const CUT = { from: 2, notice: 4 };

test.each(["", "no", "note", "noteb\n", "noteb\nc"])(
  "a copy of the newest part of a log that still has it is removed: %j",
  (copy) => {
    const state = killedRotation("a\nb\nc\n", copy, [], CUT);
    resumeInterrupted(state);
    expect(contents(state)).toEqual({ "sample.log": "a\nb\nc\n" });
  },
);

test.each(["", "d\n"])("a copy of the newest part of a log that was emptied is kept: %j", (log) => {
  const state = killedRotation(log, "noteb\nc\n", [], CUT);
  resumeInterrupted(state);
  expect(contents(state)).toEqual({ "sample.log": log, "sample.log.1": "noteb\nc\n" });
});

test.each([
  ["pid", { startTime: "1" }],
  ["pid and start time, after another boot,", { bootId: "an older one" }],
])("who was stopped goes on; who has only the same %s is not touched", async (_, change) => {
  const [service, stranger] = await Promise.all([stoppedProcess(), stoppedProcess()]);
  const state = killedRotation("", "", [service, { ...stranger, ...change }]);
  resumeInterrupted(state);
  await expect.poll(() => isStopped(service.pid), PATIENTLY).toBe(false);
  expect(isStopped(stranger.pid)).toBe(true);
});

test("a rotation whose process lives is left alone", () => {
  const state = killedRotation("a\n", "a\n");
  const { marker } = logFiles(state, "sample");
  const { pid, startTime, bootId } = identifySelf();
  const owner = { pid, start_time: startTime, boot_id: bootId };
  writeFileSync(marker, JSON.stringify({ owner, stopped: [] }));
  expect(resumeInterrupted(state)).toEqual([]);
  expect(existsSync(marker)).toBe(true);
});

test("a marker that a power failure has emptied is removed", () => {
  const state = killedRotation("a\n", "a\n");
  writeFileSync(logFiles(state, "sample").marker, "");
  expect(resumeInterrupted(state)).toEqual(["sample"]);
  expect(contents(state)).toEqual({ "sample.log": "a\n" });
});

async function stoppedProcess(): Promise<ProcessIdentity> {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  child.kill("SIGSTOP");
  const identity = identify(child.pid ?? 0);
  if (identity === undefined) throw new Error("The process is not there.");
  await expect.poll(() => isStopped(identity.pid), PATIENTLY).toBe(true);
  return identity;
}
