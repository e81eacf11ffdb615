import { expect, test } from "vitest";
import { EventLog } from "../../../src/services/stream/event-log.ts";
import { whenReadersGone } from "../../../src/services/stream/reader-gone.ts";

/** A log, and when it is given up. */
function watchedLog(graceMs: number): { log: EventLog; unread: Promise<void>; isUnread(): boolean } {
  const log = new EventLog("m");
  const { promise, resolve } = Promise.withResolvers<void>();
  let isUnread = false;
  whenReadersGone(log, graceMs, () => {
    isUnread = true;
    resolve();
  });
  return { log, unread: promise, isUnread: () => isUnread };
}

/** Resolves when what was watched before with a grace of 5 ms would have been given up. */
async function longAfter(): Promise<void> {
  await watchedLog(30).unread;
}

test("a log without any reader is given up after the grace", async () => {
  const { unread, isUnread } = watchedLog(5);
  expect(isUnread()).toBe(false);
  await unread;
});

test("a log is given up when its last reader has left", async () => {
  const { log, unread, isUnread } = watchedLog(5);
  const [first, last] = [log.read(), log.read()];
  first.leave();
  // A connection may be told twice that it is closed.
  first.leave();
  await longAfter();
  expect(isUnread()).toBe(false);
  last.leave();
  await unread;
});

test("a reader that comes within the grace keeps it", async () => {
  const { log, isUnread } = watchedLog(5);
  log.read().leave();
  log.read();
  await longAfter();
  expect(isUnread()).toBe(false);
});

test("a log that has ended is not given up", async () => {
  const { log, isUnread } = watchedLog(5);
  log.append({ type: "done", finish_reason: "stop" });
  await longAfter();
  expect(isUnread()).toBe(false);
});
