import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findListeners } from "../../src/os/listening-ports.ts";
import { describeProcess, executableOf, identify, isSameProcess } from "../../src/os/process-identity.ts";
import { processUsageOf } from "../../src/os/process-usage.ts";
import { parseStat } from "../../src/os/procfs.ts";
import { inspectService } from "../../src/supervisor/inspect-service.ts";
import { removeRecord } from "../../src/supervisor/process-record.ts";
import type { ServiceRecord, ServiceSpec } from "../../src/supervisor/service-spec.ts";
import { stopService } from "../../src/supervisor/stop-service.ts";
import { PYTHON } from "../support/python.ts";
import { eventually, fixtureService, freePort, temporaryState } from "./helpers.ts";
import { startService } from "./start-service.ts";

async function started(program: string, changes: Partial<ServiceSpec> = {}) {
  const state = temporaryState();
  const spec = await fixtureService(program, state, changes);
  return { state, spec, record: await startService(spec, state) };
}

/** The pid that a wrapper wrote into its log. */
function childOf(record: ServiceRecord): number {
  return Number(/child (\d+)/.exec(readFileSync(record.log, "utf8"))?.[1]);
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

test("a service that is suspended stops all the same, and not by force", async () => {
  const { state, record } = await started("serves-health");
  process.kill(-record.pid, "SIGSTOP");
  expect(await stopService(record, state)).toMatchObject({ outcome: "stopped" });
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
  await eventually(() => isSameProcess(record)).toBe(false);
  expect(await inspectService(spec, state)).toMatchObject({
    state: "stale",
    fate: "gone",
    survivors: [{ pid: childOf(record) }],
  });
  expect(await stopService(record, state)).toMatchObject({ outcome: "stopped", listeners: [] });
  expect(await inspectService(spec, state)).toEqual({ state: "stopped" });
});

test.skipIf(!existsSync(PYTHON) || process.platform !== "linux")(
  "a service whose first thread has ended runs still, and is known and stopped as any other",
  async () => {
    const state = temporaryState();
    const port = await freePort();
    const args = [FIRST_THREAD_ENDS];
    const command = { file: PYTHON, args, cwd: state.root, env: { PORT: String(port) } };
    const spec = await fixtureService("", state, { command, address: { host: "127.0.0.1", port } });
    const record = await startService(spec, state);
    await eventually(() => stateOf(record.pid)).toBe("Z");
    expect(isSameProcess(record)).toBe(true);
    expect(describeProcess(record.pid)).toMatchObject({ command: [PYTHON, ...args], cwd: state.root });
    expect(executableOf(record.pid)).toMatch(/python/);
    expect(await findListeners(spec.address)).toMatchObject([{ port, pid: record.pid }]);
    expect(processUsageOf([record.pid])).toMatchObject({ processes: 1 });
    expect(processUsageOf([record.pid]).rssBytes).toBeGreaterThan(0);
    removeRecord(state, record);
    expect(await inspectService(spec, state)).toMatchObject({
      state: "running",
      recorded: false,
      healthy: true,
    });
    expect(await stopService(record, state)).toMatchObject({ outcome: "stopped", listeners: [] });
    expect(identify(record.pid)).toBeUndefined();
    expect(await findListeners(spec.address)).toEqual([]);
  },
);

const FIRST_THREAD_ENDS = fileURLToPath(
  new URL("../../fixtures/services/first-thread-ends.py", import.meta.url),
);

/** As the kernel tells it of the first thread. */
function stateOf(pid: number): string | undefined {
  return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))?.state;
}

test("a service that is gone is only cleared away", async () => {
  const { state, record } = await started("serves-health");
  process.kill(record.pid, "SIGKILL");
  await eventually(() => isSameProcess(record)).toBe(false);
  expect(await stopService(record, state)).toMatchObject({ outcome: "already_gone" });
  expect(readdirSync(state.run)).toEqual([]);
});
