import { expect, test } from "vitest";
import { oneRunAtATime } from "../../web/one-run-at-a-time.ts";

test("what is asked for while it runs is done once more after it, for all who asked", async () => {
  const runs: PromiseWithResolvers<void>[] = [];
  const run = oneRunAtATime(() => {
    const work = Promise.withResolvers<void>();
    runs.push(work);
    return work.promise;
  });
  const first = run();
  const asked = [run(), run(), run()];
  expect(runs).toHaveLength(1);
  runs[0]?.resolve();
  await first;
  await expect.poll(() => runs.length).toBe(2);
  // Asked while the second one runs: that is too late for it.
  const later = run();
  runs[1]?.resolve();
  await Promise.all(asked);
  await expect.poll(() => runs.length).toBe(3);
  runs[2]?.resolve();
  await later;
  void run();
  expect(runs).toHaveLength(4);
});

test("a run that fails is told to who asked for it, and the next one begins", async () => {
  let runs = 0;
  const run = oneRunAtATime(async () => {
    runs += 1;
    if (runs === 1) throw new Error("no");
  });
  const [first, second] = [run(), run()];
  await expect(first).rejects.toThrow("no");
  await second;
  expect(runs).toBe(2);
});
