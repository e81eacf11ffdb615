import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findListeners } from "../../src/os/listening-ports.ts";
import { identify, isSameProcess } from "../../src/os/process-identity.ts";
import { everyone, membersOf } from "../../src/os/process-members.ts";
import { followDaemonizedService } from "../../src/supervisor/follow-daemonized-service.ts";
import { inspectService } from "../../src/supervisor/inspect-service.ts";
import { launchService } from "../../src/supervisor/launch-service.ts";
import { tailLog } from "../../src/supervisor/logs/tail-log.ts";
import { readRecord } from "../../src/supervisor/process-record.ts";
import { probe } from "../../src/supervisor/run-probe.ts";
import type { Probe, ServiceRecord, ServiceSpec } from "../../src/supervisor/service-spec.ts";
import { type StateFolder, serviceFiles } from "../../src/supervisor/state-folder.ts";
import { withLock } from "../../src/supervisor/state-lock.ts";
import { stopService } from "../../src/supervisor/stop-service.ts";
import { waitUntilReady } from "../../src/supervisor/wait-until-ready.ts";
import {
  type AddressedSpec,
  eventually,
  fixture,
  fixtureService,
  HEALTH,
  temporaryState,
} from "./helpers.ts";
import { startService } from "./start-service.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/services", import.meta.url));

/** A service by a command line of the shell, in the folder of the fixtures; `node` is this test's own. */
async function shellService(script: string, state: StateFolder, changes: Partial<ServiceSpec> = {}) {
  const spec = await fixtureService("serves-health", state, changes);
  const args = ["-c", script.replaceAll("node", `"${process.execPath}"`)];
  return { ...spec, command: { ...spec.command, file: "/bin/sh", args, cwd: FIXTURES } };
}

/** The present processes of a service. */
function processesOf(record: ServiceRecord, state: StateFolder) {
  return everyone(membersOf({ service: record.name, stateDir: state.root }, record));
}

/** Stops a service and looks whether anything of it is left. */
async function stopped(spec: AddressedSpec, state: StateFolder, record: ServiceRecord) {
  const members = processesOf(record, state);
  const result = await stopService(record, state);
  expect(members.filter(({ pid, startTime }) => identify(pid)?.startTime === startTime)).toEqual([]);
  expect(await findListeners(spec.address)).toEqual([]);
  expect(readdirSync(state.run)).toEqual([]);
  return { ...result, members: members.length };
}

test("one that exits with code 0 at once has not become ready", async () => {
  const state = temporaryState();
  const spec = await fixtureService("exits-0-at-once", state);
  await expect(startService(spec, state)).rejects.toMatchObject({
    code: "start_failed",
    message: "sample did not become ready: it exited with code 0.",
    hint: expect.stringContaining("  nothing to do"),
  });
  expect(readdirSync(state.run)).toEqual([]);
});

test("the launch tells how the leader ended, long after it was ready", async () => {
  const state = temporaryState();
  const spec = await fixtureService("dies-after-a-while", state);
  const launch = await withLock(state, (locked) => launchService(spec, locked));
  const record = await waitUntilReady(spec, state, launch);
  expect(await launch.exit).toEqual({ code: 1, signal: null });
  expect(launch.ended.reason).toBe("it exited with code 1");
  expect(await inspectService(spec, state)).toMatchObject({ state: "stale", fate: "gone", record });
});

test("a leader that is killed is told with the signal", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const launch = await withLock(state, (locked) => launchService(spec, locked));
  process.kill(launch.record.pid, "SIGKILL");
  expect(await launch.exit).toEqual({ code: null, signal: "SIGKILL" });
  expect(launch.ended.reason).toBe("it was ended by SIGKILL");
});

test("one that hangs is stopped at its deadline, and what it said is told", async () => {
  const state = temporaryState();
  const spec = await fixtureService("hangs-after-a-banner", state, { startTimeoutMs: 1000 });
  await expect(startService(spec, state)).rejects.toMatchObject({
    message: expect.stringContaining("gave connection refused for 1000 ms (start_timeout_ms)."),
    hint: expect.stringContaining("  starting up"),
  });
  expect(await inspectService(spec, state)).toEqual({ state: "stopped" });
});

test.each([
  ["127.0.0.1", /; it listens at 127\.0\.0\.1:\d+, and its host and port are set to 127\.0\.0\.1:\d+\.$/],
  ["::1", /; it listens at \[::1\]:\d+, and its host/],
])("one that listens elsewhere, on %s, is told where", async (host, message) => {
  const state = temporaryState();
  // In a child, as a dev server behind `npm run` does.
  const server = `require("node:http").createServer().listen(0, "${host}")`;
  const child = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(server)}]); setInterval(() => {}, 1e6)`;
  const command = { file: process.execPath, args: ["-e", child], cwd: state.root };
  const spec = await fixtureService("serves-health", state, { command, startTimeoutMs: 2000 });
  await expect(startService(spec, state)).rejects.toMatchObject({ message: expect.stringMatching(message) });
});

test("a line of its log makes a service ready that listens nowhere", async () => {
  const state = temporaryState();
  const { address, ...spec } = await fixtureService("hangs-after-a-banner", state, {
    ready: { kind: "log", pattern: "^starting up$" },
  });
  const record = await startService(spec, state);
  expect("port" in record).toBe(false);
  expect(await inspectService(spec, state)).toMatchObject({ state: "running", healthy: true });
  expect(await stopService(record, state)).toMatchObject({ outcome: "stopped", listeners: [] });
});

test("one that becomes a daemon is followed, and stopped by its new record", async () => {
  const state = temporaryState();
  const spec = await fixtureService("becomes-a-daemon", state);
  const launch = await withLock(state, (locked) => launchService(spec, locked));
  const record = await waitUntilReady(spec, state, launch);
  expect(await launch.exit).toEqual({ code: 0, signal: null });
  expect(record.pid).not.toBe(launch.record.pid);
  expect(record).toMatchObject({ config_digest: launch.record.config_digest });
  expect(await inspectService(spec, state)).toMatchObject({ state: "running", record, healthy: true });
  expect(await stopped(spec, state, record)).toMatchObject({ outcome: "stopped" });
});

test("one whose leader leaves others behind after it was ready can be followed then", async () => {
  const state = temporaryState();
  const spec = await fixtureService("forks-a-child", state);
  const record = await startService(spec, state);
  expect(await followDaemonizedService(record, state)).toBeUndefined();
  process.kill(record.pid, "SIGKILL");
  await eventually(() => isSameProcess(record)).toBe(false);
  const followed = await followDaemonizedService(record, state);
  expect(readRecord(state, spec.name)).toEqual({ kind: "record", record: followed });
  expect(await inspectService(spec, state)).toMatchObject({ state: "running", healthy: true });
});

test.each([
  ["a shell that waits for its child", "node serves-health.js & wait", 2],
  ["a shell that becomes the program", "exec node serves-health.js", 1],
  ["a shell that leaves its child behind", "node serves-health.js &", 1],
])("%s: all is stopped", async (_, script, count) => {
  const state = temporaryState();
  const spec = await shellService(script, state);
  const record = await startService(spec, state);
  expect(await stopped(spec, state, record)).toMatchObject({ outcome: "stopped", members: count });
});

test("the record names the program that a shell has become", async () => {
  const state = temporaryState();
  const spec = await shellService("exec node serves-health.js", state);
  const record = await startService(spec, state);
  expect(record).toMatchObject({ executable: process.execPath, command: { file: "/bin/sh" } });
  expect(readRecord(state, spec.name)).toEqual({ kind: "record", record });
});

test("npm run: npm, its shell and the program are stopped", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const command = { ...spec.command, file: "npm", args: ["run", "serve"], cwd: `${FIXTURES}/npm-run` };
  const record = await startService({ ...spec, command }, state);
  const { members } = await stopped(spec, state, record);
  expect(members).toBeGreaterThan(1);
});

test("one that gives up the rights of its starter is recorded as what it has become", async ({ skip }) => {
  skip(process.getuid?.() !== 0, "only root can start a program that gives up its rights");
  const state = temporaryState();
  const spec = await fixtureService("gives-up-its-rights", state);
  const record = await startService(spec, state);
  expect(record.owner).toBe("nobody");
  expect(await inspectService(spec, state)).toMatchObject({ state: "running", record, healthy: true });
  expect(await stopped(spec, state, record)).toMatchObject({ outcome: "stopped" });
});

test("one that stops by SIGINT only is asked so, without its spec", async () => {
  const state = temporaryState();
  const spec = await fixtureService("stops-by-sigint-only", state, { stopSignal: "SIGINT" });
  const record = await startService(spec, state);
  expect(record.stop).toEqual({ signal: "SIGINT", timeout_ms: 5000 });
  expect(await stopped(spec, state, record)).toMatchObject({ outcome: "stopped" });
  const log = readFileSync(record.log, "utf8");
  expect(log).toContain("SIGINT received");
  expect(log).not.toContain("SIGTERM");
});

test("a stop deadline of the spec holds for the record too", async () => {
  const state = temporaryState();
  const spec = await fixtureService("ignores-sigterm", state, { stopTimeoutMs: 300 });
  const { tookMs, outcome } = await stopped(spec, state, await startService(spec, state));
  expect(outcome).toBe("killed");
  // Without it, it would be asked for as long as the default has it.
  expect(tookMs).toBeLessThan(5000);
});

test.each<Probe>([HEALTH, { kind: "log", pattern: "^listening on \\d+$" }])(
  "one that floods its log starts, answers, shows its tail and stops all the same: ready by $kind",
  async (ready) => {
    const state = temporaryState();
    const base = await fixtureService("floods-its-log", state);
    const env = { ...base.command.env, FLOOD_BYTES: String(300 * 1024 * 1024) };
    const spec = { ...base, ready, command: { ...base.command, env } };
    const record = await startService(spec, state);
    const { log } = serviceFiles(state, spec.name);
    await eventually(() => statSync(log).size).toBeGreaterThan(50 * 1024 * 1024);
    const before = process.cpuUsage();
    expect(await tailLog(log, 10)).toHaveLength(10);
    expect(await probe(spec, HEALTH)).toMatchObject({ ok: true });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(500);
    expect(await stopped(spec, state, record)).toMatchObject({ outcome: "stopped" });
  },
);

test("a start that was overtaken leaves the run after it alone", async () => {
  const state = temporaryState();
  const spec = await fixtureService("answers-503", state);
  const overtaken = await withLock(state, (locked) => launchService(spec, locked));
  const failing = expect(waitUntilReady(spec, state, overtaken)).rejects.toMatchObject({
    code: "start_failed",
  });
  const serving = { ...spec, command: { ...spec.command, args: [fixture("serves-health")] } };
  const launch = await withLock(state, async (locked) => {
    await stopService(overtaken.record, state);
    return await launchService(serving, locked);
  });
  await failing;
  const record = await waitUntilReady(serving, state, launch);
  expect(await inspectService(serving, state)).toMatchObject({ state: "running", record, healthy: true });
});

test("a child that nothing shows to be the service's is named when it keeps the port", async () => {
  const state = temporaryState();
  const spec = await fixtureService("child-hides", state);
  const launch = await withLock(state, (locked) => launchService(spec, locked));
  await eventually(() => probe(spec, spec.ready)).toMatchObject({ ok: true });
  const child = Number(/child (\d+)/.exec(readFileSync(launch.record.log, "utf8"))?.[1]);
  try {
    await expect(stopService(launch.record, state)).rejects.toMatchObject({
      code: "stop_failed",
      message: expect.stringContaining(`port ${spec.address.port} should be free and is not: pid ${child}`),
      hint: `If it is no longer needed: kill ${child}`,
      exitCode: 1,
    });
    expect(readdirSync(state.run)).toEqual([]);
  } finally {
    process.kill(child, "SIGKILL");
  }
});
