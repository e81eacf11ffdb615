// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is about texts of configurations that hold them.
import { expect, test } from "vitest";
import { InterpolationProblem, interpolate } from "../../src/config/interpolation.ts";

const VARIABLES: Readonly<Record<string, string>> = { A: "a", B: "b", EMPTY: "", ODD: "$" + "{A}" };
const fill = (text: string): string => interpolate(text, (name) => VARIABLES[name]);

// What `template.Substitute` of compose-go 2.16.2, by which compose fills in variables, made of these texts and
// variables, as recorded by hand; compose itself was not run.
test.each([
  ["${A}", "a"],
  ["x${A}-${B}y", "xa-by"],
  ["${EMPTY}", ""],
  ["${A:-c}", "a"],
  ["${NONE:-c}", "c"],
  ["${EMPTY:-c}", "c"],
  ["${EMPTY-c}", ""],
  ["${NONE-c}", "c"],
  ["${NONE:-}", ""],
  ["${NONE:-http://127.0.0.1:80/?a=b}", "http://127.0.0.1:80/?a=b"],
  ["${NONE:-${B}}", "b"],
  ["${NONE:-${NEITHER:-d}e}f", "def"],
  ["${A:-${NONE}}", "a"],
  ["${A:?needed}", "a"],
  ["${EMPTY?needed}", ""],
  ["${A:+c}", "c"],
  ["${A:+${B}}", "b"],
  ["${EMPTY:+c}", ""],
  ["${EMPTY+c}", "c"],
  ["${NONE+c}", ""],
  ["${NONE:+${NEITHER}}", ""],
  ["$$", "$"],
  ["$${A}", "${A}"],
  ["$$$${A}", "$${A}"],
  ["$$${A}", "$a"],
  ["${NONE:-$$}", "$"],
  ["${ODD}", "${A}"],
  ["plain } text", "plain } text"],
])("%s is %j, as in compose", (text, expected) => {
  expect(fill(text)).toBe(expected);
});

test.each(["ready$", "a{2}$", "$(pwd)"])("%s stays as it is, as in compose", (text) => {
  expect(fill(text)).toBe(text);
});

test.each(["$A", "$1 $HOME"])("%s stays as it is, unlike in compose", (text) => {
  expect(fill(text)).toBe(text);
});

test.each([
  [
    "${NONE}",
    "there is no variable NONE; `${NONE:-}` takes an empty text instead, `$${NONE}` leaves it to the program",
  ],
  ["${NONE:?set it to the model's name}", "NONE has no value: set it to the model's name"],
  ["${EMPTY:?}", "EMPTY has no value"],
  ["${NONE?}", "NONE has no value"],
  ["${NONE:-${NEITHER}}", expect.stringMatching(/^there is no variable NEITHER;/)],
  ["${A", expect.stringMatching(/^expected `\$\{NAME\}`/)],
  ["${A:-b", "`${` has no `}` to it; `$${` stands for `${` itself"],
  ["${}", expect.stringMatching(/^expected/)],
  ["${1}", expect.stringMatching(/^expected/)],
  ["${A%/}", expect.stringMatching(/^expected/)],
  ["${A:b}", expect.stringMatching(/^expected/)],
])("%s is a problem", (text, message) => {
  const thrown = (() => {
    try {
      return fill(text);
    } catch (error) {
      return error;
    }
  })();
  expect(thrown).toBeInstanceOf(InterpolationProblem);
  expect((thrown as Error).message).toEqual(message);
});
