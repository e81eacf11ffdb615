import { expect, test } from "vitest";
import { matcherOf } from "../../src/source-check/name-matcher.ts";

test.each([
  ["save", "save"],
  ["save", "__save"],
  ["insert_*", "insert_message"],
  ["insert_*", "insert_"],
  ["*_message", "_insert_message"],
  ["*a*b*", "xaxbx"],
  ["_save", "_save"],
  ["_*_save", "__save"],
  ["*", ""],
])("%s is %s", (pattern, name) => {
  expect(matcherOf(["other", pattern])(name)).toBe(true);
});

test.each([
  ["save", "saves"],
  ["save", "resave"],
  ["insert_*", "insert"],
  ["a*a", "a"],
  ["*ab*b", "xab"],
  ["_save", "save"],
  ["a.b", "axb"],
])("%s is not %s", (pattern, name) => {
  expect(matcherOf(["other", pattern])(name)).toBe(false);
});

test("many wildcards in a long name are looked for once, and not in every place", () => {
  const name = "a".repeat(100_000);
  expect(matcherOf([`${"*a".repeat(50)}b*`])(name)).toBe(false);
  expect(matcherOf(["_x"])("_".repeat(1_000_000))).toBe(false);
});
