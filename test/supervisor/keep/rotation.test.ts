import { existsSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { serviceFiles } from "../../../src/supervisor/state.ts";
import { fixtureService, temporaryState } from "../helpers.ts";
import { Stack } from "./helpers.ts";

test("a log that grows beyond its limit is put aside while the service runs", async () => {
  const state = temporaryState();
  const spec = await fixtureService("floods-its-log", state, { log: { maxBytes: 100_000, keep: 2 } });
  const stack = new Stack(state, [spec]);
  await stack.up();
  await stack.untilReady("sample");
  const pid = stack.pid("sample");
  await expect.poll(() => stack.events("sample"), { timeout: 10_000 }).toContain("log_rotated");
  const { log } = serviceFiles(state, "sample");
  expect(existsSync(`${log}.1`)).toBe(true);
  expect(statSync(`${log}.1`).size).toBeGreaterThan(100_000);
  expect(stack.pid("sample")).toBe(pid);
});
