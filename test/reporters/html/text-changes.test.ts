import * as fc from "fast-check";
import { expect, test } from "vitest";
import { changesBetween, commonStart } from "../../../src/reporters/html/text-changes.ts";

function joined(kinds: readonly string[], before: string, after: string): string {
  return changesBetween(before, after)
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ text }) => text)
    .join("");
}

test("what is common and removed is the one text, what is common and added the other", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "👩", "👨", "\ud83d", "\n"), maxLength: 40 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(joined(["common", "removed"], before, after)).toBe(before);
      expect(joined(["common", "added"], before, after)).toBe(after);
    }),
  );
});

test("a change of some characters is told as that, and no pair is cut in two", () => {
  expect(changesBetween("red 👩 cat", "red 👨 cats")).toEqual([
    { kind: "common", text: "red " },
    { kind: "removed", text: "👩" },
    { kind: "added", text: "👨" },
    { kind: "common", text: " cat" },
    { kind: "added", text: "s" },
  ]);
});

test("what is alike at both ends costs no search, whatever its length", () => {
  const work = { left: 1000 };
  const ends = "a".repeat(200_000);
  expect(changesBetween(`${ends}x${ends}`, `${ends}y${ends}`, work)).toHaveLength(4);
  expect(work.left).toBeGreaterThan(900);
});

test.each([
  ["noise", noise(50_000, 1), noise(50_000, 2)],
  ["letters that are alike everywhere", `b${"a".repeat(50_000)}c`, `c${"ab".repeat(25_000)}b`],
  ["a pattern, moved", "ab".repeat(30_000), "ba".repeat(29_990)],
])("the search in %s ends with its work, and tells of one change then", (_, before, after) => {
  const work = { left: 2000 };
  expect(changesBetween(before, after, work).filter(({ kind }) => kind !== "common")).toHaveLength(2);
  expect(work.left).toBe(0);
});

test("how alike two texts begin", () => {
  expect([commonStart("abc", "abd"), commonStart("", "a"), commonStart("ab", "ab")]).toEqual([2, 0, 2]);
});

/** Letters without an order, the same for the same number. */
function noise(length: number, seed: number): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(97 + (state % 26));
  }).join("");
}
