import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { splitWords } from "../../../src/config/services/split-words.ts";

test.each([
  ["uvicorn app:app --port 8000", ["uvicorn", "app:app", "--port", "8000"]],
  [`  a  'b c'  "d e"  f\\ g `, ["a", "b c", "d e", "f g"]],
  [`a'b'"c"d`, ["abcd"]],
  [`a "" ''`, ["a", "", ""]],
  [`a "x\\"y\\$z\\n"`, ["a", 'x"y$z\\n']],
  [`a '$HOME | *' b\\|c`, ["a", "$HOME | *", "b|c"]],
  ["a \\\n  b\\\nc\n", ["a", "bc"]],
  [`a --x=1 b#c d~e {f}`, ["a", "--x=1", "b#c", "d~e", "{f}"]],
])("%s", (line, words) => {
  expect(splitWords(line)).toEqual({ words });
});

test.each([
  ["a | b", "|"],
  ["a && b", "&"],
  ["a; b", ";"],
  ["a > log", ">"],
  ["a $HOME", "$"],
  [`a "$HOME"`, "$"],
  ["a `date`", "`"],
  [`a "$(date)"`, "$"],
  ["a *.py", "*"],
  ["~/bin/a", "~"],
  ["a # b", "#"],
])("%s has what only a shell understands", (line, special) => {
  const problem = `has \`${special}\`, which only a shell understands: quote it, or use \`command: [sh, -c, "..."]\``;
  expect(splitWords(line)).toEqual({ problem });
});

test.each([
  ["", "names no program"],
  [" ", "names no program"],
  ["PORT=1 a", "begins with a variable: set PORT in `env`"],
  ["a 'b", "has a ' without its end"],
  ['a "b', 'has a " without its end'],
  ["a \\", "has a \\ without its end"],
])("%j is no command line", (line, problem) => {
  expect(splitWords(line)).toEqual({ problem });
});

test("what is accepted, sh splits the same way", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab=-~#{}!]'\"\\ $|*\t"), maxLength: 12 });
  const lines = fc.sample(text, 400).map((each) => `w ${each}`);
  const accepted = lines.flatMap((line) => {
    const read = splitWords(line);
    return "words" in read ? [{ line, words: read.words }] : [];
  });
  expect(accepted.length).toBeGreaterThan(20);
  const script = ["w() { printf '%s\\0' w \"$@\"; printf '\\1'; }", ...accepted.map(({ line }) => line)];
  const told = execFileSync("sh", ["-c", script.join("\n")], { encoding: "utf8" })
    .split("\x01")
    .slice(0, -1);
  expect(told.map((words) => words.split("\0").slice(0, -1))).toEqual(accepted.map(({ words }) => words));
});
