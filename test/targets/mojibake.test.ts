import { expect, test } from "vitest";
import { beforeMisreading } from "../../src/targets/mojibake.ts";

const WORDS = ["Grüße, 你好 und 👩‍🚀", "一, 二", "naïve – “quoted” €5"];

test.each(WORDS)("UTF-8 that was read as Latin-1 or as Windows-1252 is what it was: %s", (text) => {
  const bytes = Buffer.from(text);
  expect(beforeMisreading(bytes.toString("latin1"))).toBe(text);
  expect(beforeMisreading(new TextDecoder("windows-1252").decode(bytes))).toBe(text);
});

test.each([...WORDS, "1, 2, 3", "", "Voilà: é", "Ãœ 一"])(
  "no text of its own is taken for one: %j",
  (text) => {
    expect(beforeMisreading(text)).toBeUndefined();
  },
);
