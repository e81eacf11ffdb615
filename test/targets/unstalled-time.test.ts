import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { pollUntil } from "../../src/targets/poll-until.ts";
import { afterWaiting, beginWaiting } from "../../src/targets/unstalled-time.ts";

/** Holds this process up. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("what a stall of this process took is not waited", async () => {
  let isOver = false;
  afterWaiting(300, () => {
    isOver = true;
  });
  stall(1_000);
  await turn();
  await turn();
  expect(isOver).toBe(false);
  await expect.poll(() => isOver).toBe(true);
});

test("time without stalls counts", async () => {
  using wait = beginWaiting();
  const start = performance.now();
  await expect.poll(() => wait.elapsedMs()).toBeGreaterThan(200);
  expect(wait.elapsedMs()).toBeLessThanOrEqual(performance.now() - start + 1);
});

test("what is called off is not called, and can be called off again", async () => {
  let isOver = false;
  const callOff = afterWaiting(1, () => {
    isOver = true;
  });
  callOff();
  callOff();
  using wait = beginWaiting();
  await expect.poll(() => wait.elapsedMs()).toBeGreaterThan(100);
  expect(isOver).toBe(false);
});

test("what is polled is looked at again after a stall", async () => {
  let looks = 0;
  const look = async (): Promise<number> => {
    if (looks === 0) stall(1_000);
    looks += 1;
    return looks;
  };
  const { signal } = new AbortController();
  expect(await pollUntil({ signal }, 300, look, (seen) => seen === 2)).toBe(2);
});
