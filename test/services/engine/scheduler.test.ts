import { expect, test } from "vitest";
import { MODELS, type Model } from "../../../src/services/engine/models.ts";
import { Scheduler } from "../../../src/services/engine/scheduler.ts";

const [model] = MODELS as [Model];
const { signal } = new AbortController();

const createScheduler = (): Scheduler =>
  new Scheduler({ loadMs: 0, parallel: 1, maxQueue: 1, contextLength: 4096 });
const asked = (keepAliveMs?: number) => ({ keepAliveMs, numCtx: undefined });

test("a model that is in use is unloaded when it is released", async () => {
  const scheduler = createScheduler();
  const lease = await scheduler.lease(model, asked(), signal);
  scheduler.unload(model);
  expect(scheduler.loaded()).toHaveLength(1);
  lease.release();
  expect(scheduler.loaded()).toEqual([]);
});

test("a model that is used again does not expire meanwhile", async () => {
  const scheduler = createScheduler();
  (await scheduler.lease(model, asked(60_000), signal)).release();
  const lease = await scheduler.lease(model, asked(0), signal);
  expect(scheduler.loaded()).toHaveLength(1);
  lease.release();
  expect(scheduler.loaded()).toEqual([]);
});

test("a slot is given on when its work fails", async () => {
  const lease = await createScheduler().lease(model, asked(0), signal);
  const failure = lease.run(signal, () => Promise.reject(new Error("lost")));
  const next = lease.run(signal, async () => undefined);
  await expect(failure).rejects.toThrow("lost");
  await expect(next).resolves.toBeUndefined();
});

test("a turn that comes together with its abort goes to the next in line", async () => {
  const lease = await createScheduler().lease(model, asked(0), signal);
  const leaving = new AbortController();
  const done = Promise.withResolvers<void>();
  const first = lease.run(signal, () => done.promise);
  const second = lease.run(leaving.signal, async () => undefined);
  const third = lease.run(signal, async () => undefined);
  done.resolve();
  leaving.abort(new Error("left"));
  await expect(second).rejects.toThrow("left");
  await expect(Promise.all([first, third])).resolves.toBeDefined();
});

test("the context is at most the model's own", async () => {
  const scheduler = createScheduler();
  await scheduler.lease(model, { keepAliveMs: 0, numCtx: 1e9 }, signal);
  expect(scheduler.loaded()).toMatchObject([{ contextLength: 131_072 }]);
});
