import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { findListeners } from "../../src/os/listening-ports.ts";
import { describeProcess, identify, identifySelf } from "../../src/os/process-identity.ts";
import { adopt } from "../../src/supervisor/adopt-service.ts";
import { endOccupant } from "../../src/supervisor/end-occupant.ts";
import { followDaemonizedService } from "../../src/supervisor/follow-daemonized-service.ts";
import { inspectService } from "../../src/supervisor/inspect-service.ts";
import { occupantOf } from "../../src/supervisor/port-occupant.ts";
import { writeRecord } from "../../src/supervisor/process-record.ts";
import type { ServiceRecord } from "../../src/supervisor/service-spec.ts";
import { type StateFolder, serviceFiles } from "../../src/supervisor/state-folder.ts";
import { stopService } from "../../src/supervisor/stop-service.ts";
import { type AddressedSpec, byHand, eventually, fixtureService, temporaryState } from "./helpers.ts";
import { startService } from "./start-service.ts";

/** An innocent process, leader of its own group. */
function decoy(): ChildProcess {
  const child = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** The record of a service whose pid an innocent process has by now. */
function recordOf(spec: AddressedSpec, state: StateFolder, pid: number): ServiceRecord {
  const { file, args, cwd } = spec.command;
  return {
    name: spec.name,
    pid,
    start_time: "1",
    boot_id: identifySelf().bootId,
    command: { file, args },
    cwd,
    owner: userInfo().username,
    ...spec.address,
    log: serviceFiles(state, spec.name).log,
    started_at: new Date().toISOString(),
  };
}

async function withDecoy(changes: Partial<ServiceRecord> = {}) {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const innocent = decoy();
  const record = { ...recordOf(spec, state, innocent.pid ?? 0), ...changes };
  writeRecord(state, record);
  return { state, spec, innocent, record };
}

function expectUnharmed({ pid = 0, exitCode, signalCode }: ChildProcess): void {
  expect(identify(pid)).toBeDefined();
  expect([exitCode, signalCode]).toEqual([null, null]);
}

test.each<[string, Partial<ServiceRecord>]>([
  ["a service", {}],
  ["an adopted service", { adopted: true }],
  ["a service of another user", { start_time: "as it is", owner: "nobody-else" }],
])("stop: a process that has the pid of %s is not signalled", async (_, changes) => {
  const { state, spec, innocent, record } = await withDecoy();
  const startTime = identify(record.pid)?.startTime ?? "";
  const own = { ...record, ...changes, ...(changes.start_time ? { start_time: startTime } : {}) };
  writeRecord(state, own);
  expect(await inspectService(spec, state)).toMatchObject({ state: "stale", fate: "pid_reused" });
  expect(await stopService(own, state)).toMatchObject({ outcome: "already_gone" });
  expect(readdirSync(state.run)).toEqual([]);
  expectUnharmed(innocent);
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
  await eventually(() => identify(leader.pid ?? 0)).toBeUndefined();
  const record = recordOf(spec, state, leader.pid ?? 0);
  expect(await stopService(record, state)).toMatchObject({ outcome: "already_gone" });
  expect(identify(sleep)).toBeDefined();
});

test("start: a process that has the recorded pid is not signalled", async () => {
  const { state, spec, innocent, record } = await withDecoy();
  expect((await startService(spec, state)).pid).not.toBe(record.pid);
  expectUnharmed(innocent);
});

test("follow: a process that has the recorded pid is not made the leader", async () => {
  const { state, innocent, record } = await withDecoy();
  expect(await followDaemonizedService(record, state)).toBeUndefined();
  expectUnharmed(innocent);
});

test("adopt: a process that has the recorded pid is left alone, also by the stop after", async () => {
  const { state, spec, innocent } = await withDecoy();
  await byHand("serves-health", spec.address.port);
  const [listener = expect.unreachable("nobody listens")] = await findListeners(spec.address);
  const adopted = await adopt(spec, state, listener);
  await stopService(adopted, state);
  expectUnharmed(innocent);
});

test("replace: a process that got the pid of the occupant since it was looked at is not signalled", async () => {
  const { state, spec, innocent } = await withDecoy();
  await byHand("answers-503", spec.address.port);
  const [listener = expect.unreachable("nobody listens")] = await findListeners(spec.address);
  const seen = occupantOf(spec, state, listener, { ok: false, error: "no", latencyMs: 0 });
  const details = describeProcess(innocent.pid ?? 0);
  if (details === undefined) return expect.unreachable("the decoy lives");
  const reused = { ...seen, process: { ...details, startTime: "1" } };
  expect(await endOccupant(reused, spec, state)).toBe("already_gone");
  expectUnharmed(innocent);
});

const LAST_PID = "/proc/sys/kernel/ns_last_pid";

/** An innocent process with a pid of choice; undefined where the kernel gave it to somebody else each time. */
async function decoyWithPid(pid: number): Promise<ChildProcess | undefined> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    writeFileSync(LAST_PID, String(pid - 1));
    const child = decoy();
    if (child.pid === pid) return child;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  return undefined;
}

/** Why pids cannot be chosen here; undefined where they can. */
function whyNoChoice(): string | undefined {
  try {
    writeFileSync(LAST_PID, readFileSync(LAST_PID));
    return undefined;
  } catch (error) {
    return `${LAST_PID} cannot be written: ${error}`;
  }
}

test("a pid that the kernel has really given to another process is not signalled", async ({ skip }) => {
  const reason = whyNoChoice();
  skip(reason !== undefined, reason);
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const record = await startService(spec, state);
  process.kill(-record.pid, "SIGKILL");
  await eventually(() => identify(record.pid)).toBeUndefined();
  const innocent = await decoyWithPid(record.pid);
  if (innocent === undefined) return skip(`somebody else got pid ${record.pid} a hundred times`);
  expect(innocent.pid).toBe(record.pid);
  expect(await inspectService(spec, state)).toMatchObject({ state: "stale", fate: "pid_reused" });
  expect(await stopService(record, state)).toMatchObject({ outcome: "already_gone" });
  const next = await startService(spec, state);
  await stopService(next, state);
  expectUnharmed(innocent);
});
