import { expect, test } from "vitest";
import type { SeenRow } from "../../src/targets/drivers/reply-facts.ts";
import { RowChanges, rowsAtRest } from "../../src/targets/rows-at-rest.ts";

function rows(content: string, more: Partial<SeenRow> = {}): readonly SeenRow[] {
  const user = { session_id: "80", role: "user", content: "Count to 200.", status: "complete" };
  return [user, { session_id: "80", role: "assistant", content, status: "streaming", ...more }];
}

test("a row that grows between two looks is not at rest, however long it takes", () => {
  const changes = new RowChanges(0);
  expect(changes.look(rows("1"), 100)).toBe(100);
  expect(changes.haveChanged).toBe(false);
  expect(changes.look(rows("1, 2"), 9_000)).toBe(0);
  expect(changes.look(rows("1, 2, 3"), 18_000)).toBe(0);
  expect(changes.haveChanged).toBe(true);
  expect(changes.look(rows("1, 2, 3"), 19_000)).toBe(1_000);
});

test("what is thought counts, and so do rows that become fewer, and their status; a first look does not", () => {
  const changes = new RowChanges(0);
  expect(changes.look(rows("", { thinking: "Hm" }), 10)).toBe(10);
  expect(changes.look(rows("", { thinking: "Hm, 1" }), 50)).toBe(0);
  expect(changes.look([...rows("1"), ...rows("2")], 60)).toBe(0);
  expect(changes.look(rows("2"), 70)).toBe(0);
  expect(changes.look(rows("2", { status: "complete" }), 80)).toBe(0);
});

test("what grows is waited for at the pace at which it is written: a long reply's time, at least and at most so long", () => {
  const changes = new RowChanges(0);
  changes.look(rows("1"), 1_000);
  expect(changes.patienceMs(30_000)).toBe(30_000);
  changes.look(rows("1, 2"), 1_030);
  expect(changes.patienceMs(30_000)).toBe(30_000);
  changes.look(rows("1, 2, 3, 4"), 1_540);
  expect(changes.patienceMs(30_000)).toBe(120_000);
  changes.look(rows("1, 2, 3, 4, 5"), 61_000);
  expect(changes.patienceMs(30_000)).toBe(200_000);
  expect(changes.patienceMs(240_000)).toBe(240_000);
});

test("what changes for too long is not judged, with the time that was waited", async () => {
  let looks = 0;
  const { unrest, rows: seen } = await rowsAtRest({
    signal: new AbortController().signal,
    look: async () => {
      looks += 1;
      return rows("1", { message_id: `${looks}` });
    },
    isWell: () => false,
    restMs: () => 1_000,
    leastMs: 20,
  });
  expect(seen).toHaveLength(2);
  expect(unrest).toBe(
    "what is saved of the reply was still changing after 0 s of waiting, with 1 characters by then: how it ends was not seen",
  );
});

test("what the engine is known to write still is not at rest, whatever is saved of it", async () => {
  let answers = 3;
  const resting = {
    signal: new AbortController().signal,
    look: async () => rows("").slice(0, 1),
    isWell: () => false,
    restMs: () => 20,
    isWritten: async () => {
      answers -= 1;
      return answers > 0;
    },
  };
  expect((await rowsAtRest({ ...resting, leastMs: 30_000 })).unrest).toBeUndefined();
  expect(answers).toBe(0);
  expect((await rowsAtRest({ ...resting, isWritten: async () => true, leastMs: 100 })).unrest).toBe(
    "the engine was still writing the reply after 0 s of waiting: how it ends was not seen",
  );
});
