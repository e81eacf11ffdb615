import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findListeners } from "../../src/os/listening-ports.ts";
import { identify, isSameProcess } from "../../src/os/process-identity.ts";
import { inspectService } from "../../src/supervisor/inspect-service.ts";
import type { ServiceRecord, ServiceSpec } from "../../src/supervisor/service-spec.ts";
import { stopService } from "../../src/supervisor/stop-service.ts";
import { eventually, fixtureService, temporaryState } from "./helpers.ts";
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

test("a service that is gone is only cleared away", async () => {
  const { state, record } = await started("serves-health");
  process.kill(record.pid, "SIGKILL");
  await eventually(() => isSameProcess(record)).toBe(false);
  expect(await stopService(record, state)).toMatchObject({ outcome: "already_gone" });
  expect(readdirSync(state.run)).toEqual([]);
});
