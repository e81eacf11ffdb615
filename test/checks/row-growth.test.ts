import { expect, test } from "vitest";
import { RowGrowth } from "../../src/checks/row-growth.ts";
import { NotObservable } from "../../src/harness/target-errors.ts";
import type { SeenRow } from "../../src/targets/drivers/reply-facts.ts";

function rows(content: string, more: Partial<SeenRow> = {}): readonly SeenRow[] {
  const user = { session_id: "80", role: "user", content: "Count to 200.", status: "complete" };
  return [user, { session_id: "80", role: "assistant", content, status: "streaming", ...more }];
}

test("a row that grows between two looks is not stuck, however long it takes", () => {
  const growth = new RowGrowth(0);
  expect(growth.look(rows("1"), 100)).toBe(100);
  expect(growth.hasGrown).toBe(false);
  expect(growth.look(rows("1, 2"), 9_000)).toBe(0);
  expect(growth.look(rows("1, 2, 3"), 18_000)).toBe(0);
  expect(growth.hasGrown).toBe(true);
  expect(growth.look(rows("1, 2, 3"), 19_000)).toBe(1_000);
});

test("what is thought counts; what another row has, and a first look, do not", () => {
  const growth = new RowGrowth(0);
  growth.look(rows("", { thinking: "Hm" }), 10);
  expect(growth.look(rows("", { thinking: "Hm, 1" }), 50)).toBe(0);
  const later = new RowGrowth(0);
  later.look(rows("1"), 10);
  expect(later.look([...rows("1"), ...rows("2", { status: "complete" })], 50)).toBe(50);
});

test("what grows for too long is not judged, with the time that was waited", () => {
  const growth = new RowGrowth(1_000);
  growth.look(rows("1"), 1_100);
  growth.look(rows("1, 2"), 60_000);
  const said = growth.stillWritten(61_000);
  expect(said).toBeInstanceOf(NotObservable);
  expect(said.message).toBe(
    "the reply was still being written after 60 s of waiting, its row with 4 characters by then and growing: how it ends was not seen",
  );
});
