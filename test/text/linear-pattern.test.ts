import { expect, test } from "vitest";
import { compilePattern } from "../../src/text/linear-pattern.ts";

const NESTED = ["(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){12}$", "(a?){30}a{30}$", "\\s*a+\\s*a+\\s*a+b"];

test.each(NESTED)("/%s/ finds nothing in a long line without trying every way", async (source) => {
  const pattern = await compilePattern(source);
  // A usual engine takes longer for 40 letters than the world is old.
  expect(pattern.test(`${"a".repeat(20_000)}!`)).toBe(false);
});

test("what is found is what JavaScript finds", async () => {
  const sources = [
    "error|warn",
    "^\\d+ ms$",
    "\\bfoo\\b",
    "[^\\w]x",
    "a{2,3}",
    "é",
    "^$",
    "\\/api\\/",
    "[\\w-]+@",
    "\\u0041",
  ];
  const texts = ["", "an error", "12 ms", "a foo b", "-x", "aa", "café", "GET /api/x", "a-b@c", "A"];
  for (const source of sources) {
    const pattern = await compilePattern(source);
    const native = new RegExp(source, "u");
    expect([source, texts.map((text) => pattern.test(text))]).toEqual([
      source,
      texts.map((text) => native.test(text)),
    ]);
  }
});

test("letters of either case, where that is asked for", async () => {
  expect((await compilePattern("ERR", { ignoreCase: true })).test("an error")).toBe(true);
  expect((await compilePattern("ERR")).test("an error")).toBe(false);
});

test.each([
  ["(", "missing closing ): `(`"],
  ["(?<!a)b", "(?<! looks around or back, which may take for ever: RE2's syntax is without it"],
])("%s is refused in words", async (source, words) => {
  await expect(compilePattern(source)).rejects.toThrow(words);
});
