import { expect, test } from "vitest";
import { LONGEST_MS, parseGoDuration } from "../../../../src/services/stand-in-engine/go/go-duration.ts";

test.each([
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["1.5s", 1500],
  ["250ms", 250],
  ["1us", 0.001],
  ["0", 0],
  ["-1s", -1000],
  ["+2s", 2000],
  ["9999999999h", LONGEST_MS],
])("%s is %d ms", (text, ms) => {
  expect(parseGoDuration(text)).toBe(ms);
});

test.each([
  ["300", 'time: missing unit in duration "300"'],
  ["5x", 'time: unknown unit "x" in duration "5x"'],
  ["5 m", 'time: unknown unit " m" in duration "5 m"'],
  ["soon", 'time: invalid duration "soon"'],
  ["", 'time: invalid duration ""'],
  ["-", 'time: invalid duration "-"'],
])("%j fails with Go's words", (text, message) => {
  expect(() => parseGoDuration(text)).toThrow(new SyntaxError(message));
});
