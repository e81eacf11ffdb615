import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FastReplyThrottle } from "../../../src/services/gateway/fast-reply-throttle.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const FLOOD = 500;

/** Tells whether a promise has been resolved by now. */
async function isOver(waiting: Promise<void>): Promise<boolean> {
  return await Promise.race([waiting.then(() => true), vi.advanceTimersByTimeAsync(0).then(() => false)]);
}

test("a flood waits until every reply that was asked for has begun", async () => {
  const starting = new FastReplyThrottle();
  const [one, other] = [{}, {}];
  starting.asked(one);
  starting.asked(other);
  const waiting = starting.room(FLOOD);
  starting.begun(one);
  expect(await isOver(waiting)).toBe(false);
  starting.begun(other);
  expect(await isOver(waiting)).toBe(true);
  expect(await isOver(starting.room(FLOOD))).toBe(true);
});

test("what comes at a model's pace waits for nobody", async () => {
  const starting = new FastReplyThrottle();
  starting.asked({});
  expect(await isOver(starting.room(1))).toBe(true);
});

test("an engine that says nothing for long holds up no other reply", async () => {
  const starting = new FastReplyThrottle();
  starting.asked({});
  const waiting = starting.room(FLOOD);
  await vi.advanceTimersByTimeAsync(199);
  expect(await isOver(waiting)).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await isOver(waiting)).toBe(true);
  expect(await isOver(starting.room(FLOOD))).toBe(true);
});
