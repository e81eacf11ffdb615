import * as fc from "fast-check";
import { expect, test } from "vitest";
import { alignColumns, inOneLine, paint, styled, wrap } from "../../src/text/styled-text.ts";

const tonesOf = (text: ReturnType<typeof styled>) => text.pieces.map(({ text, tone }) => [text, tone]);

test("what stands in a template is made visible, with the looks that it was given", () => {
  const text = styled`  ${paint("bad", "✗")} ${"\u001b[1m"} ${3}`;
  expect(String(text)).toBe("  ✗ ⟨U+001B⟩[1m 3");
  expect(tonesOf(text)).toContainEqual(["✗", "bad"]);
  expect(tonesOf(text).filter(([, tone]) => tone !== "plain")).toHaveLength(1);
});

test("a text that forgets the template loses its looks, and gains nothing else", () => {
  expect(`${paint("bad", "\u001b[2J")}`).toBe("⟨U+001B⟩[2J");
});

test("parts of a painted text that have looks keep them", () => {
  expect(tonesOf(paint("quiet", styled`a${paint("bad", "b")}`)).filter(([text]) => text !== "")).toEqual([
    ["a", "quiet"],
    ["b", "bad"],
  ]);
});

test("a slice is that of the characters, each with its looks", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.nat(20), fc.nat(20), (parts, from, to) => {
      const text = parts.reduce((whole, part) => styled`${whole}${paint("bad", part)}`, styled``);
      expect(String(text.slice(from, to))).toBe(String(text).slice(from, Math.max(from, to)));
    }),
  );
});

test("columns are as wide as their widest cell, looks not counted", () => {
  const rows = [
    [paint("strong", "engine"), "ok", ""],
    ["hmi", "stopped", "x"],
  ];
  expect(alignColumns(rows).map(String)).toEqual(["  engine  ok", "  hmi     stopped  x"]);
});

test("rows of different length are aligned, no rows are no lines, and a cell is one line", () => {
  expect(alignColumns([["a", "b"], ["c"]]).map(String)).toEqual(["  a  b", "  c"]);
  expect(alignColumns([])).toEqual([]);
  expect(alignColumns([["a\nb", "c"]]).map(String)).toEqual(["  a b  c"]);
  expect(String(inOneLine("a\nb"))).toBe("a b");
});

test("a line is broken between words, and nothing of it is lost", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
  fc.assert(
    fc.property(
      words,
      fc.integer({ min: 5, max: 40 }),
      fc.integer({ min: 0, max: 4 }),
      (all, width, indent) => {
        const lines = wrap(all.join(" "), width, indent).map(String);
        expect(lines.flatMap((line) => line.trim().split(" "))).toEqual(all);
        for (const line of lines.slice(1)) expect(line.startsWith(" ".repeat(indent))).toBe(true);
        for (const line of lines)
          expect(line.length <= width || line.trim().split(" ").length === 1).toBe(true);
      },
    ),
  );
});

test("wide characters are lined up, wrapped and cut by the columns that they take", () => {
  const rows = alignColumns([
    ["漢字", "x"],
    ["abcd", "y"],
    ["한", "z"],
  ]);
  expect(rows.map(String)).toEqual(["  漢字  x", "  abcd  y", "  한    z"]);
  expect(wrap("漢字 漢字 漢字", 9, 2).map(String)).toEqual(["漢字 漢字", "  漢字"]);
  expect(styled`ab漢字`.cutToColumns(5).toString()).toBe("ab漢");
});
