import { expect, test } from "vitest";
import { withoutTerminalCodes } from "../../src/text/terminal-codes.ts";

test.each([
  ["colours", "\u001b[32mINFO\u001b[0m: \u001b[38;2;1;2;3mup\u001b[m", "INFO: up"],
  ["the cursor", "\u001b[2K\u001b[1Gdone\u001b[?25h", "done"],
  ["a title", "\u001b]0;title\u0007a\u001b]2;title\u001b\\b", "ab"],
  ["a link", "\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\", "text"],
  ["codes of eight bits", "\u009b1mx\u009d0;t\u009cy", "xy"],
  ["a character set", "\u001b(Bx\u001b=", "x"],
  ["none", "INFO: [32m é 漢", "INFO: [32m é 漢"],
  ["half a sequence, which a screen spells out", "a\u001b[", "a\u001b["],
])("without %s", (_, line, expected) => {
  expect(withoutTerminalCodes(line)).toBe(expected);
});

test.each([
  "\u001b];a",
  "\u001b[",
  "\u001b[1;",
  "\u001b]",
  "\u001bP",
  "\u009b",
  "\u001b(",
  "\u001b]0;\u009c",
])("a long line of %j takes a moment", { timeout: 10_000 }, (piece) => {
  // Of the first, Node's own takes four times as long for twice the length: minutes for this one.
  withoutTerminalCodes(piece.repeat(1_000_000 / piece.length));
});
