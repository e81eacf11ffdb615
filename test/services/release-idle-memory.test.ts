import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const SCRIPT = new URL("../support/busy-then-quiet.ts", import.meta.url).pathname;

interface Look {
  readonly heap: number;
  readonly collections: number;
}

/** What a process tells that looks once, works, looks seven times, works, and looks twice. */
function runProcess(): { readonly looks: readonly Look[]; readonly compiled: readonly [number, number] } {
  return JSON.parse(execFileSync(process.execPath, [SCRIPT], { encoding: "utf8" }));
}

test("a process gives memory back once it is quiet, a few times after each busy time, and never while it works", () => {
  const { looks, compiled } = runProcess();
  expect(looks.map(({ collections }) => collections)).toEqual([0, 0, 1, 2, 3, 4, 4, 4, 4, 5]);
  const [, busy, quiet] = looks;
  expect(busy?.heap).toBeGreaterThan(80);
  expect(quiet?.heap).toBeLessThan(40);
  const [before, after] = compiled;
  // What was compiled is kept: without that, a tenth of this is.
  expect(after).toBeGreaterThan(before / 2);
});
