import { expect, test } from "vitest";
import { leftBehindWords } from "../../src/reporters/left-behind-words.ts";

const conversations = (count: number) =>
  Array.from({ length: count }, (_, index) => `deleting conversation ${index}: no such call: none`);

test("few are named each", () => {
  expect(leftBehindWords(conversations(5))).toEqual(conversations(5));
  expect(leftBehindWords([])).toEqual([]);
});

test("many for one reason are one line, beside what has another", () => {
  expect(leftBehindWords([...conversations(97), "deleting profile 7: boom"])).toEqual([
    "deleting conversation 0, and 96 more so (--json names them): no such call: none",
    "deleting profile 7: boom",
  ]);
});
