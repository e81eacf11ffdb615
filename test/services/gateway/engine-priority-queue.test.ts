import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EnginePriorityQueue } from "../../../src/services/gateway/engine-priority-queue.ts";

/** A reply in a queue, and what became of it. */
class TestReply {
  readonly isBackground: boolean;
  readonly abort = new AbortController();
  state: "waiting" | "asking" | "ended" = "waiting";
  wasQueued = false;
  gaveWay = false;
  #leave: (() => void) | undefined;

  constructor(queue: EnginePriorityQueue, isBackground = false) {
    this.isBackground = isBackground;
    queue.enter(this, this.abort.signal).then(
      (leave) => {
        this.#leave = leave;
        this.state = "asking";
        if (this.gaveWay) this.end();
      },
      () => {
        this.state = "ended";
      },
    );
  }

  onQueued(): void {
    this.wasQueued = true;
  }

  giveWay(): void {
    this.gaveWay = true;
    this.end();
  }

  /** Ends it, whether it waits or asks. */
  end(): void {
    this.abort.abort();
    if (this.state === "asking") this.state = "ended";
    this.#leave?.();
  }
}

const settled = (): Promise<void> => setImmediate();

test("so many ask at a time, the others wait in order", async () => {
  const queue = new EnginePriorityQueue(2);
  const replies = Array.from({ length: 4 }, () => new TestReply(queue));
  await settled();
  expect(replies.map(({ state }) => state)).toEqual(["asking", "asking", "waiting", "waiting"]);
  expect(replies.map(({ wasQueued }) => wasQueued)).toEqual([false, false, true, true]);
  replies[1]?.end();
  await settled();
  expect(replies.map(({ state }) => state)).toEqual(["asking", "ended", "asking", "waiting"]);
});

test("without a limit nobody waits", async () => {
  const queue = new EnginePriorityQueue(0);
  const replies = Array.from({ length: 100 }, () => new TestReply(queue));
  await settled();
  expect(replies.every(({ state, wasQueued }) => state === "asking" && !wasQueued)).toBe(true);
});

test("what no person waits for comes after what persons wait for", async () => {
  const queue = new EnginePriorityQueue(1);
  const first = new TestReply(queue);
  const summary = new TestReply(queue, true);
  const person = new TestReply(queue);
  await settled();
  first.end();
  await settled();
  expect([summary.state, person.state]).toEqual(["waiting", "asking"]);
  person.end();
  await settled();
  expect(summary.state).toBe("asking");
});

test("what no person waits for is ended where a person has to wait, and only so many of it", async () => {
  const queue = new EnginePriorityQueue(3);
  const summaries = [new TestReply(queue, true), new TestReply(queue, true)];
  const person = new TestReply(queue);
  await settled();
  const second = new TestReply(queue);
  await settled();
  expect(summaries.map(({ gaveWay }) => gaveWay)).toEqual([true, false]);
  expect([person.state, second.state]).toEqual(["asking", "asking"]);
});

test("a summary that waits ends no other", async () => {
  const queue = new EnginePriorityQueue(1);
  const summaries = [new TestReply(queue, true), new TestReply(queue, true)];
  await settled();
  expect(summaries.map(({ state, gaveWay }) => [state, gaveWay])).toEqual([
    ["asking", false],
    ["waiting", false],
  ]);
});

test("where an engine is silent, what no person waits for is ended; persons' replies are not", async () => {
  const queue = new EnginePriorityQueue(0);
  const replies = [new TestReply(queue, true), new TestReply(queue)];
  await settled();
  queue.endBackground();
  expect(replies.map(({ gaveWay }) => gaveWay)).toEqual([true, false]);
});

test("a reply that is ended while it waits takes no place", async () => {
  const queue = new EnginePriorityQueue(1);
  const replies = Array.from({ length: 3 }, () => new TestReply(queue));
  await settled();
  replies[1]?.abort.abort();
  replies[0]?.end();
  await settled();
  expect(replies.map(({ state }) => state)).toEqual(["ended", "ended", "asking"]);
});

test("one that is ended before it comes does not come", async () => {
  const queue = new EnginePriorityQueue(1);
  const signal = AbortSignal.abort(new Error("stopped"));
  const reply = { isBackground: false, onQueued: () => undefined, giveWay: () => undefined };
  await expect(queue.enter(reply, signal)).rejects.toThrow("stopped");
});

test("whatever happens, no more ask than may, and none waits where there is room", async () => {
  const anyStep = fc.oneof(fc.constantFrom("person" as const, "summary" as const), fc.nat(9));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(anyStep, { maxLength: 30 }),
      async (places, steps) => {
        const queue = new EnginePriorityQueue(places);
        const replies: TestReply[] = [];
        for (const step of steps) {
          if (typeof step === "number") replies[step % Math.max(replies.length, 1)]?.end();
          else replies.push(new TestReply(queue, step === "summary"));
          await settled();
          const asking = replies.filter(({ state }) => state === "asking").length;
          const waiting = replies.filter(({ state }) => state === "waiting").length;
          expect(asking).toBeLessThanOrEqual(places);
          expect(waiting === 0 || asking === places).toBe(true);
          const waitsPerson = replies.some(({ state, isBackground }) => state === "waiting" && !isBackground);
          const asksSummary = replies.some(({ state, isBackground }) => state === "asking" && isBackground);
          expect(waitsPerson && asksSummary).toBe(false);
        }
      },
    ),
  );
});
