import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { identify } from "../../src/os/process-identity.ts";
import { crashService } from "../../src/supervisor/crash-service.ts";
import { inspectService } from "../../src/supervisor/inspect-service.ts";
import { readRecord } from "../../src/supervisor/process-record.ts";
import { fixtureService, temporaryState } from "./helpers.ts";
import { startService } from "./start-service.ts";

async function started(program: string) {
  const state = temporaryState();
  const spec = await fixtureService(program, state);
  return { state, spec, record: await startService(spec, state) };
}

test.each(["forks-a-child", "child-leaves-the-group"])(
  "%s: the service and its child are killed at once, and the record stays",
  async (program) => {
    const { state, spec, record } = await started(program);
    const child = Number(/child (\d+)/.exec(readFileSync(record.log, "utf8"))?.[1]);
    expect(identify(child)).toBeDefined();
    expect(await crashService(record, state)).toBe(2);
    expect([identify(record.pid), identify(child)]).toEqual([undefined, undefined]);
    expect(readRecord(state, spec.name)).toMatchObject({ kind: "record", record: { pid: record.pid } });
    expect(await inspectService(spec, state)).toMatchObject({ state: "stale", fate: "gone", survivors: [] });
  },
);

test("one that ignores SIGTERM is not asked", async () => {
  const { state, record } = await started("ignores-sigterm");
  expect(await crashService(record, state)).toBe(1);
  expect(readFileSync(record.log, "utf8")).not.toContain("SIGTERM");
});

test("a process that only has the pid of the recorded one is spared", async () => {
  const { state, record } = await started("serves-health");
  expect(await crashService({ ...record, start_time: "1" }, state)).toBe(0);
  expect(identify(record.pid)).toBeDefined();
});
