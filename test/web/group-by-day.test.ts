import { expect, test } from "vitest";
import { groupByDay } from "../../web/group-by-day.ts";
import { session } from "./rows.ts";

const NOW = new Date(2026, 5, 15, 12);

/** A conversation last used at noon, this many days ago. */
function daysAgo(days: number) {
  return session({ updated_at: new Date(2026, 5, 15 - days, 12).toISOString() });
}

test("conversations are grouped by when they were last used", () => {
  const groups = groupByDay([0, 0, 1, 2, 7, 8, 30, 31, 100].map(daysAgo), NOW);
  expect(groups.map(({ label, sessions }) => [label, sessions.length])).toEqual([
    ["Today", 2],
    ["Yesterday", 1],
    ["Last 7 days", 2],
    ["Last 30 days", 2],
    ["May 2026", 1],
    ["March 2026", 1],
  ]);
});

test("a day begins at midnight", () => {
  const beforeMidnight = session({ updated_at: new Date(2026, 5, 14, 23, 59).toISOString() });
  expect(groupByDay([beforeMidnight], new Date(2026, 5, 15, 0, 1))[0]?.label).toBe("Yesterday");
});

test("a clock that is ahead makes no day of its own", () => {
  expect(groupByDay([daysAgo(-1)], NOW)[0]?.label).toBe("Today");
});
