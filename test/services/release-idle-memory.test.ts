import { execFileSync } from "node:child_process";
import { expect, onTestFinished, test, vi } from "vitest";
import { returnMemoryWhenQuiet } from "../../src/services/release-idle-memory.ts";

const SCRIPT = new URL("../support/busy-then-quiet.ts", import.meta.url).pathname;

interface Look {
  readonly heap: number;
  readonly collections: number;
}

/** What a process tells that looks once, works, looks seven times, works, and looks twice. */
function looksOfProcess(): Look[] {
  return JSON.parse(execFileSync(process.execPath, ["--expose-gc", SCRIPT], { encoding: "utf8" }));
}

test("a process gives memory back once it is quiet, a few times after each busy time, and never while it works", () => {
  const looks = looksOfProcess();
  expect(looks.map(({ collections }) => collections)).toEqual([0, 0, 1, 2, 3, 4, 4, 4, 4, 5]);
  const [, busy, quiet] = looks;
  expect(busy?.heap).toBeGreaterThan(80);
  expect(quiet?.heap).toBeLessThan(40);
});

test("without --expose-gc nothing is looked at", () => {
  expect(globalThis.gc).toBeUndefined();
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  returnMemoryWhenQuiet();
  expect(vi.getTimerCount()).toBe(0);
});
