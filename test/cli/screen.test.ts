import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { paint, styled } from "../../src/text/styled-text.ts";
import { readableScreen } from "../support/screen.ts";

const LONG = "  ✗ the reply is saved to the same conversation, with that model_id";

test("a pipe gets whole lines, no looks and no progress", () => {
  const { screen, output } = readableScreen();
  screen.progress("working");
  screen.line(styled`${paint("bad", "✗")} ${LONG}`, 4);
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
  expect(stripVTControlCharacters(output()).length).toBe(79);
  resize(20);
  const before = output();
  screen.progress("b".repeat(200));
  const after = output().slice(before.length).replace("\r\u001b[K", "");
  expect(stripVTControlCharacters(after).length).toBe(19);
});

test("a terminal without a width counts as 80 columns", () => {
  const { screen, output } = readableScreen(0);
  screen.line("word ".repeat(20).trimEnd());
  expect(output().split("\n")[0]).toHaveLength(79);
});

const HOSTILE = "\u001b]0;PWN\u0007\u202e\u2028x\r\n::error::y\n##[group]z";

test("whoever wrote a text: it steers neither a terminal nor a CI server, nor looks like a line of ours", () => {
  const { screen, output } = readableScreen();
  screen.line(HOSTILE);
  screen.line(styled`  ${paint("bad", HOSTILE)}`, 2);
  const shown = ["⟨U+001B⟩]0;PWN⟨U+0007⟩⟨U+202E⟩⟨U+2028⟩x", "⟨U+003A⟩:error::y", "⟨U+0023⟩#[group]z"];
  expect(output().split("\n")).toEqual([
    ...shown.map((line, index) => (index === 0 ? line : `    ${line}`)),
    ...shown.map((line) => `  ${line}`),
    "",
  ]);
});

test("a command for a CI server is none where it comes in two parts, or from two who say a half each", () => {
  const { screen, output } = readableScreen();
  const stream = screen.stream();
  for (const character of "::error::x ##[group]") stream.write(character);
  stream.end();
  screen.line();
  screen.line(styled`  ${":"}${":error::x"} ${"#"}${"#[group]"}`);
  expect(output()).not.toMatch(/^\s*::|##\[/m);
  expect(output().match(/⟨U\+003A⟩:error::x/g)).toHaveLength(2);
});

test("on a terminal, which has no such commands, they are left as they are", () => {
  const { screen, output } = readableScreen(80);
  screen.line("::std::vector");
  expect(output()).toBe("::std::vector\n");
});

test("progress and text as it is are no way around it", () => {
  const { screen, output } = readableScreen(80);
  screen.progress(HOSTILE);
  expect(stripVTControlCharacters(output())).toBe("⟨U+001B⟩]0;PWN⟨U+0007⟩⟨U+202E⟩⟨U+2028⟩x");
  screen.write("\u001b[2J");
  expect(output()).toContain("⟨U+001B⟩[2J");
});
