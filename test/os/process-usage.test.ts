import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { cpuShare, parsePsLine, processUsageOf, usageByGroup } from "../../src/os/process-usage.ts";
import { parseStatUsage } from "../../src/os/procfs.ts";

const MIB = 1024 * 1024;

test("a process that burns CPU uses as much of it as it says itself", async () => {
  const { pid, said } = await run(`
    while (process.cpuUsage().user < 300_000);
    const { user, system } = process.cpuUsage();
    process.send((user + system) / 1000);
    setInterval(() => {}, 60_000);
  `);
  const { cpuMs, processes } = processUsageOf([pid]);
  expect(processes).toBe(1);
  expect(cpuMs).toBeGreaterThanOrEqual(said - 20);
  expect(cpuMs).toBeLessThan(said + 500);
});

test("a process that allocates uses as much memory as it says itself", async () => {
  const { pid, said } = await run(`
    globalThis.kept = Buffer.alloc(150 * ${MIB}, 1);
    process.send(process.memoryUsage.rss());
    setInterval(() => {}, 60_000);
  `);
  const { rssBytes } = processUsageOf([pid]);
  expect(rssBytes).toBeGreaterThan(150 * MIB);
  expect(Math.abs(rssBytes - said)).toBeLessThan(20 * MIB);
});

test("a group's usage is that of all its processes", async () => {
  const { pid, said: child } = await run(`
    const { pid } = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 60_000)"]);
    process.send(pid);
  `);
  const group = usageByGroup().get(pid);
  expect(group?.processes).toBe(2);
  expect(group?.rssBytes).toBeGreaterThan(processUsageOf([child]).rssBytes);
});

test("what is not there uses nothing, and an empty group has no entry", () => {
  const none = 2 ** 22 + 1;
  expect(processUsageOf([none])).toEqual({ cpuMs: 0, rssBytes: 0, processes: 0 });
  expect(usageByGroup().get(none)).toBeUndefined();
});

test("a share is of one core, and never below nothing", () => {
  expect(cpuShare({ cpuMs: 1000 }, { cpuMs: 1500 }, 1000)).toBe(0.5);
  expect(cpuShare({ cpuMs: 0 }, { cpuMs: 4000 }, 2000)).toBe(2);
  expect(cpuShare({ cpuMs: 1500 }, { cpuMs: 1000 }, 1000)).toBe(0);
  expect(cpuShare({ cpuMs: 0 }, { cpuMs: 10 }, 0)).toBe(0);
});

test("CPU time counts children that have ended", () => {
  const stat =
    "77 (a) b (c)) S 1 70 70 0 -1 4194304 1 0 0 0 5 4 3 2 20 0 1 0 987654 1000 250 18446744073709551615";
  expect(parseStatUsage(stat)).toEqual({ state: "S", group: 70, cpuTicks: 14, residentPages: 250 });
  expect(parseStatUsage("")).toBeUndefined();
});

test("the lines of macOS's ps are read, with and without hours", () => {
  expect(parsePsLine("  4711   0:01.25  48312")).toEqual([
    { group: 4711, cpuMs: 1250, rssBytes: 48_312 * 1024 },
  ]);
  expect(parsePsLine("4711 1:02:03.00 1")[0]?.cpuMs).toBe(3_723_000);
  expect(parsePsLine("")).toEqual([]);
});

/** Runs code as a group of its own until the end of the test; resolves when it has sent a number. */
async function run(code: string): Promise<{ pid: number; said: number }> {
  const child: ChildProcess = spawn(process.execPath, ["-e", code], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const pid = child.pid ?? 0;
  onTestFinished(() => {
    process.kill(-pid, "SIGKILL");
  });
  const [said] = await once(child, "message");
  return { pid, said: Number(said) };
}
