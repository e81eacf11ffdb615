import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { inspectService } from "../../src/supervisor/inspect.ts";
import { identify, identifySelf, isSame } from "../../src/supervisor/os/identity.ts";
import { findListeners } from "../../src/supervisor/os/ports.ts";
import { writeRecord } from "../../src/supervisor/record.ts";
import { startService } from "../../src/supervisor/start.ts";
import { type StateFolder, serviceFiles } from "../../src/supervisor/state.ts";
import { stopService } from "../../src/supervisor/stop.ts";
import type { ServiceRecord, ServiceSpec } from "../../src/supervisor/types.ts";
import { fixtureService, temporaryState } from "./helpers.ts";

async function started(program: string, changes: Partial<ServiceSpec> = {}) {
  const state = temporaryState();
  const spec = await fixtureService(program, state, changes);
  return { state, spec, record: await startService(spec, state) };
}

/** The pid that a wrapper wrote into its log. */
function childOf(record: ServiceRecord): number {
  return Number(/child (\d+)/.exec(readFileSync(record.log, "utf8"))?.[1]);
}

/** A living process that a record may wrongly name, leader of its own group. */
function decoy(): ChildProcess {
  const child = spawn("sleep", ["600"], { detached: true });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

function recordOfStranger(spec: ServiceSpec, state: StateFolder, pid: number): ServiceRecord {
  const { file, args, cwd } = spec.command;
  return {
    name: spec.name,
    pid,
    start_time: "1",
    boot_id: identifySelf().bootId,
    command: { file, args },
    cwd,
    ...spec.address,
    log: serviceFiles(state, spec.name).log,
    started_at: new Date().toISOString(),
  };
}

test("a stopped service leaves no process, no listener and no record", async () => {
  const { state, spec, record } = await started("serves-health");
  expect(await stopService(record, state)).toMatchObject({ outcome: "stopped", listeners: [] });
  expect(identify(record.pid)).toBeUndefined();
  expect(await findListeners(spec.address)).toEqual([]);
  expect(readdirSync(state.run)).toEqual([]);
});

test("a service that ignores SIGTERM is killed after the deadline", async () => {
  const { state, record } = await started("ignores-sigterm");
  const { outcome, tookMs } = await stopService(record, state, { timeoutMs: 300 });
  expect(outcome).toBe("killed");
  expect(tookMs).toBeGreaterThanOrEqual(300);
  expect(readFileSync(record.log, "utf8")).toContain("SIGTERM ignored");
  expect(identify(record.pid)).toBeUndefined();
});

test.each(["forks-a-child", "child-leaves-the-group"])("%s: the child is stopped too", async (program) => {
  const { state, record } = await started(program);
  const child = childOf(record);
  expect(identify(child)).toBeDefined();
  expect(await stopService(record, state)).toMatchObject({ outcome: "stopped", listeners: [] });
  expect(identify(child)).toBeUndefined();
});

test("a child that outlived its wrapper is stopped by the wrapper's record", async () => {
  const { state, spec, record } = await started("forks-a-child");
  process.kill(record.pid, "SIGKILL");
  await expect.poll(() => isSame(record)).toBe(false);
  expect(await inspectService(spec, state)).toMatchObject({
    state: "stale",
    fate: "gone",
    survivors: [{ pid: childOf(record) }],
  });
  expect(await stopService(record, state)).toMatchObject({ outcome: "stopped", listeners: [] });
  expect(await inspectService(spec, state)).toEqual({ state: "stopped" });
});

test("a service that is gone is only cleared away", async () => {
  const { state, record } = await started("serves-health");
  process.kill(record.pid, "SIGKILL");
  await expect.poll(() => isSame(record)).toBe(false);
  expect(await stopService(record, state)).toMatchObject({ outcome: "already_gone" });
  expect(readdirSync(state.run)).toEqual([]);
});

test("a process that got the pid of a gone service is never signalled", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const stranger = decoy();
  const record = recordOfStranger(spec, state, stranger.pid ?? 0);
  writeRecord(state, record);
  expect(await inspectService(spec, state)).toMatchObject({ state: "stale", fate: "pid_reused" });
  expect(await stopService(record, state)).toMatchObject({ outcome: "already_gone" });
  expect(identify(record.pid)).toBeDefined();
  expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
  expect(readdirSync(state.run)).toEqual([]);
});

test("the group of a gone leader is not signalled if it is a stranger's", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  // The shell leads a group, starts a sleep in it, and ends: the group goes on without its leader.
  const leader = spawn("sh", ["-c", "sleep 600 >&- & echo $!"], { detached: true });
  const [text] = await new Promise<[Buffer]>((resolve) =>
    leader.stdout.once("data", (...data) => resolve(data as [Buffer])),
  );
  const sleep = Number(text);
  onTestFinished(() => void process.kill(sleep, "SIGKILL"));
  await expect.poll(() => identify(leader.pid ?? 0)).toBeUndefined();
  const record = recordOfStranger(spec, state, leader.pid ?? 0);
  expect(await stopService(record, state)).toMatchObject({ outcome: "already_gone" });
  expect(identify(sleep)).toBeDefined();
});
