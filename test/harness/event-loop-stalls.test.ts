import { expect, test } from "vitest";
import { waitForIdleEventLoop, watchEventLoop } from "../../src/harness/event-loop-stalls.ts";

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

test("how late it usually is, is told beside the longest time", async () => {
  const { usuallyLateMs, heldUpMs } = await watchEventLoop(async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      const until = performance.now() + 30;
      while (performance.now() < until);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  expect(usuallyLateMs).toBeGreaterThanOrEqual(20);
  expect(usuallyLateMs).toBeLessThan(heldUpMs);
});

test("what holds this process up is told, with the result of the work", async () => {
  const { result, heldUpMs } = await watchEventLoop(async () => {
    await soon();
    const until = performance.now() + 50;
    while (performance.now() < until);
    await soon();
    return "done";
  });
  expect(result).toBe("done");
  expect(heldUpMs).toBeGreaterThanOrEqual(40);
});

test.each([
  ["at its very beginning", []],
  ["at its very end", [soon, soon]],
])("what holds this process up %s is told too", async (_, before) => {
  const { heldUpMs } = await watchEventLoop(async () => {
    for (const wait of before) await wait();
    const until = performance.now() + 50;
    while (performance.now() < until);
  });
  expect(heldUpMs).toBeGreaterThanOrEqual(40);
});

test("a process that is not held up is calm at once", async () => {
  const signal = new AbortController().signal;
  const start = performance.now();
  await waitForIdleEventLoop({ limitMs: 60_000, patienceMs: 60_000, signal });
  expect(performance.now() - start).toBeLessThan(30_000);
});

test("it is not waited for longer than the patience, nor after Ctrl-C", async () => {
  const { signal } = new AbortController();
  await waitForIdleEventLoop({ limitMs: -1, patienceMs: 1, signal });
  await waitForIdleEventLoop({ limitMs: -1, patienceMs: 60_000, signal: AbortSignal.abort() });
});
