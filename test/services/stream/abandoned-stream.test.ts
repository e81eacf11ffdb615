import { expect, test } from "vitest";
import { whenAbandoned } from "../../../src/services/stream/abandoned-stream.ts";
import { EventLog } from "../../../src/services/stream/event-log.ts";

/** A log, and when it is given up. */
function watchedLog(graceMs: number): { log: EventLog; abandoned: Promise<void>; isAbandoned(): boolean } {
  const log = new EventLog("m");
  const { promise, resolve } = Promise.withResolvers<void>();
  let isAbandoned = false;
  whenAbandoned(log, graceMs, () => {
    isAbandoned = true;
    resolve();
  });
  return { log, abandoned: promise, isAbandoned: () => isAbandoned };
}

/** Resolves when what was watched before with a grace of 5 ms would have been given up. */
async function longAfter(): Promise<void> {
  await watchedLog(30).abandoned;
}

test("a log without any reader is given up after the grace", async () => {
  const { abandoned, isAbandoned } = watchedLog(5);
  expect(isAbandoned()).toBe(false);
  await abandoned;
});

test("a log is given up when its last reader has left", async () => {
  const { log, abandoned, isAbandoned } = watchedLog(5);
  const [first, last] = [log.read(), log.read()];
  first.leave();
  // A connection may be told twice that it is closed.
  first.leave();
  await longAfter();
  expect(isAbandoned()).toBe(false);
  last.leave();
  await abandoned;
});

test("a reader that comes within the grace keeps it", async () => {
  const { log, isAbandoned } = watchedLog(5);
  log.read().leave();
  log.read();
  await longAfter();
  expect(isAbandoned()).toBe(false);
});

test("a log that has ended is not given up", async () => {
  const { log, isAbandoned } = watchedLog(5);
  log.append({ type: "done", finish_reason: "stop" });
  await longAfter();
  expect(isAbandoned()).toBe(false);
});
