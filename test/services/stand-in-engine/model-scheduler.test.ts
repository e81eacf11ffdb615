import { expect, test } from "vitest";
import { MODELS, type StandInModel } from "../../../src/services/stand-in-engine/engine-models.ts";
import { ModelScheduler } from "../../../src/services/stand-in-engine/model-scheduler.ts";

const [model] = MODELS as [StandInModel];
const { signal } = new AbortController();

const createScheduler = (): ModelScheduler =>
  new ModelScheduler({ loadMs: 0, parallel: 1, maxQueue: 1, contextLength: 4096 });
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

test("another context is another load, as soon as nobody uses the model", async () => {
  const scheduler = createScheduler();
  const sized = (numCtx: number | undefined) => scheduler.lease(model, { ...asked(), numCtx }, signal);
  const first = await sized(undefined);
  const second = sized(8192);
  expect(scheduler.loaded()).toMatchObject([{ contextLength: 4096 }]);
  first.release();
  expect((await second).contextLength).toBe(8192);
  expect(scheduler.loaded()).toMatchObject([{ contextLength: 8192 }]);
});

test("who wants the context that is to go waits with those who want the next one", async () => {
  const scheduler = new ModelScheduler({ loadMs: 0, parallel: 1, maxQueue: 2, contextLength: 4096 });
  const sized = (numCtx: number) => scheduler.lease(model, { ...asked(), numCtx }, signal);
  const first = await sized(4096);
  const waiting = sized(8192).then((lease) => {
    lease.release();
    return "8192";
  });
  const late = sized(4096).then((lease) => {
    lease.release();
    return "4096";
  });
  await expect(sized(4096)).rejects.toMatchObject({ status: 503 });
  first.release();
  expect(await Promise.all([waiting, late])).toEqual(["8192", "4096"]);
});

test("whoever gives up waiting for another context takes nothing with it", async () => {
  const scheduler = createScheduler();
  const first = await scheduler.lease(model, asked(), signal);
  const leaving = new AbortController();
  const second = scheduler.lease(model, { ...asked(), numCtx: 8192 }, leaving.signal);
  leaving.abort(new Error("left"));
  await expect(second).rejects.toThrow("left");
  first.release();
  const third = await scheduler.lease(model, asked(), signal);
  expect(third.contextLength).toBe(4096);
});
