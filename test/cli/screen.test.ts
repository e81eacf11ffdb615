import { expect, test } from "vitest";
import { alignColumns, visibleLength } from "../../src/cli/screen.ts";
import { readableScreen } from "../support/screen.ts";

const LONG = "  ✗ the reply is saved to the same conversation, with that model_id";

test("a pipe gets whole lines, no looks and no progress", () => {
  const { screen, output } = readableScreen();
  screen.progress("working");
  screen.line(`${screen.paint("bad", "✗")} ${LONG}`, 4);
  expect(output()).toBe(`✗ ${LONG}\n`);
});

test("a terminal gets lines broken between words, further ones under the indent", () => {
  const { screen, output } = readableScreen(30);
  screen.line(LONG, 4);
  expect(output().split("\n")).toEqual([
    "  ✗ the reply is saved to the",
    "    same conversation, with",
    "    that model_id",
    "",
  ]);
});

test("a word that does not fit stays whole: the terminal breaks it, and it can be copied", () => {
  const { screen, output } = readableScreen(20);
  screen.line("see http://127.0.0.1:6101/api/chat/sessions now", 2);
  expect(output()).toBe("see\n  http://127.0.0.1:6101/api/chat/sessions\n  now\n");
});

test("progress is replaced by what comes next", () => {
  const { screen, output } = readableScreen(30);
  screen.progress("one");
  screen.progress("two");
  screen.line("done");
  const shown = output()
    .split("\r\u001b[K")
    .map((text) => text.trimEnd());
  expect(shown).toHaveLength(3);
  expect(shown.at(-1)).toBe("done");
});

test("progress never fills the line, whose width may change", () => {
  const { screen, output, resize } = readableScreen(80);
  screen.progress("a".repeat(200));
  expect(visibleLength(output())).toBe(79);
  resize(20);
  const before = output();
  screen.progress("b".repeat(200));
  const after = output().slice(before.length).replace("\r\u001b[K", "");
  expect(visibleLength(after)).toBe(19);
});

test("a terminal without a width counts as 80 columns", () => {
  const { screen, output } = readableScreen(0);
  screen.line("word ".repeat(20).trimEnd());
  expect(output().split("\n")[0]).toHaveLength(79);
});

test("text of others keeps its line breaks and tabs, and loses what could steer a terminal", () => {
  const { screen } = readableScreen();
  const text = "a\u001b[2J\u001b]0;title\u0007\u009b31m\r\b\u007f\nb\tc é 漢 👩‍👩‍👧";
  expect(screen.harmless(text)).toBe("a[2J]0;title31m\nb\tc é 漢 👩‍👩‍👧");
});

test("columns are as wide as their widest cell, looks not counted", () => {
  const bold = "\u001b[1mengine\u001b[22m";
  expect(
    alignColumns([
      [bold, "ok", ""],
      ["hmi", "stopped", "x"],
    ]),
  ).toEqual([`  ${bold}  ok`, "  hmi     stopped  x"]);
});

test("rows of different length are aligned, and no rows are no lines", () => {
  expect(alignColumns([["a", "b"], ["c"]])).toEqual(["  a  b", "  c"]);
  expect(alignColumns([])).toEqual([]);
});
