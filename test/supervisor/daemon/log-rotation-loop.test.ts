import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { logFiles } from "../../../src/supervisor/logs/log-files.ts";
import { openLogReader } from "../../../src/supervisor/logs/log-reader.ts";
import { serviceFiles } from "../../../src/supervisor/state-folder.ts";
import { fixtureService, temporaryState } from "../helpers.ts";
import { Stack } from "./helpers.ts";

test("a log that grows beyond its limit is put aside while the service runs", async () => {
  const state = temporaryState();
  const spec = await fixtureService("floods-its-log", state, { log: { maxBytes: 100_000, keep: 2 } });
  const stack = new Stack(state, [spec]);
  await stack.up();
  await stack.untilReady("sample");
  const pid = stack.pid("sample");
  await expect.poll(() => stack.events("sample")).toContain("log_rotated");
  const { log } = serviceFiles(state, "sample");
  expect(existsSync(`${log}.1`)).toBe(true);
  expect(statSync(`${log}.1`).size).toBeGreaterThan(100_000);
  expect(stack.pid("sample")).toBe(pid);
});

const TICKS = 'let n = 0; setInterval(() => console.log("tick", ++n, Date.now()), 120);';

test("when its lines were written is known also of a program that does not tell", async () => {
  const state = temporaryState();
  const command = { file: process.execPath, args: ["-e", TICKS], cwd: state.root };
  const stack = new Stack(state, [{ name: "sample", command, ready: { kind: "log", pattern: "tick" } }]);
  await stack.up();
  const files = logFiles(state, "sample");
  const written = (): string => (existsSync(files.current) ? readFileSync(files.current, "utf8") : "");
  await expect.poll(written).toContain("tick 5 ");
  await stack.down();
  const reader = await openLogReader("sample", files, {});
  const lines = reader.read();
  reader.close();
  expect(lines.length).toBeGreaterThanOrEqual(5);
  for (const { text, time } of lines) {
    const lateBy = (time ?? Number.NaN) - Number(text.split(" ")[2]);
    expect(lateBy).toBeGreaterThan(-50);
    expect(lateBy).toBeLessThan(1000);
  }
});

test.skipIf(process.platform !== "linux")(
  "a log that is removed while its service runs is told, and goes on under its name",
  async () => {
    const state = temporaryState();
    const command = { file: process.execPath, args: ["-e", TICKS], cwd: state.root };
    const stack = new Stack(state, [{ name: "sample", command, ready: { kind: "log", pattern: "tick" } }]);
    await stack.up();
    await stack.untilReady("sample");
    rmSync(state.log, { recursive: true });
    const { current } = logFiles(state, "sample");
    const written = (): string => (existsSync(current) ? readFileSync(current, "utf8") : "");
    await expect.poll(written).toMatch(/tick 15 \d+\n/);
    // What it wrote before is there too, once.
    const ticks = [...written().matchAll(/^tick (\d+) /gm)].map(([, number]) => Number(number));
    expect(ticks).toEqual(ticks.map((_, index) => index + 1));
    expect(stack.events("sample").filter((event) => event === "log_removed")).toHaveLength(1);
  },
);
