import { expect, test } from "vitest";
import { requireUndisturbed, timeUndisturbed } from "../../src/checks/measurement-disturbance.ts";
import { CouldNotRun } from "../../src/harness/define-check.ts";

/** Holds this process up. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test("what nobody disturbed is collected once", async () => {
  const timed = await timeUndisturbed(
    () => 10_000,
    async (attempt) => attempt,
  );
  expect(timed).toMatchObject({ seen: 1, limitMs: 10_000 });
});

test("what was disturbed is collected again, up to four times, and the least disturbed one is taken", async () => {
  const attempts: number[] = [];
  const timed = await timeUndisturbed(
    (attempt) => attempt / 1_000,
    async (attempt) => {
      attempts.push(attempt);
      // Seen only by a loop that goes on.
      await new Promise((resolve) => setTimeout(resolve, 10));
      block(30);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return attempt;
    },
  );
  expect(attempts).toEqual([1, 2, 3, 4]);
  expect(timed.heldUpMs).toBeGreaterThan(20);
  expect(() => requireUndisturbed(timed)).toThrow(CouldNotRun);
});

test("a disturbance within the limit is none", () => {
  expect(() => requireUndisturbed({ heldUpMs: 10, limitMs: 10 })).not.toThrow();
});
