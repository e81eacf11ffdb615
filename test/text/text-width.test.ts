import { expect, test } from "vitest";
import { cutToWidth, textWidth } from "../../src/text/text-width.ts";

test.each([
  ["", 0],
  ["abc", 3],
  ["é", 1],
  ["漢字", 4],
  ["ｱ", 1],
  ["한", 2],
  ["👩‍👩‍👧", 2],
  ["✓", 1],
  ["\u001b[31mred\u001b[0m", 3],
])("%s takes %d columns", (text, columns) => {
  expect(textWidth(text)).toBe(columns);
});

test("a cut goes through no character", () => {
  expect(cutToWidth("ab漢字", 3)).toBe("ab");
  expect(cutToWidth("ab漢字", 4)).toBe("ab漢");
  expect(cutToWidth("👩‍👩‍👧x", 1)).toBe("");
  expect(cutToWidth("short", 10)).toBe("short");
});
