import * as fc from "fast-check";
import { expect, test } from "vitest";
import { withServiceColours } from "../../src/text/service-colours.ts";
import { wrap } from "../../src/text/styled-text.ts";
import { withoutTerminalCodes } from "../../src/text/terminal-codes.ts";

/** What is shown, with the parameters of its colours: `31:bad` is red. */
const shown = (line: string): string[] =>
  withServiceColours(line)
    .pieces.filter(({ text }) => text !== "")
    .map(({ text, tone }) => (typeof tone === "string" ? text : `${tone.sgr.join(";")}|${text}`));

test.each([
  ["a colour", "a\u001b[31mb\u001b[0mc", ["a", "31|b", "c"]],
  ["a colour that ends without a number", "\u001b[91ma\u001b[mb", ["91|a", "b"]],
  ["several at once", "\u001b[1;4;31;42ma", ["1;4;31;42|a"]],
  ["one after another", "\u001b[1m\u001b[31ma\u001b[22mb\u001b[39mc", ["1;31|a", "31|b", "c"]],
  ["of 256", "\u001b[38;5;196;1ma", ["38;5;196;1|a"]],
  ["of all", "\u001b[38;2;1;2;3ma\u001b[48;2;4;5;6mb", ["38;2;1;2;3|a", "38;2;1;2;3;48;2;4;5;6|b"]],
  [
    "with colons",
    "\u001b[38:5:9ma\u001b[38:2::1:2:3mb\u001b[4:3mc\u001b[4:0md",
    ["38;5;9|a", "38;2;1;2;3|b", "38;2;1;2;3;4|c", "38;2;1;2;3|d"],
  ],
  ["in eight bits", "\u009b32ma", ["32|a"]],
  ["of an underline, which is passed over with its parts", "\u001b[58;5;1;31ma", ["31|a"]],
])("%s is kept", (_, line, expected) => {
  expect(shown(line)).toEqual(expected);
});

test.each([
  ["concealed text", "\u001b[8ma", ["a"]],
  ["blinking", "\u001b[5;6ma", ["a"]],
  ["text in the colour of its background", "\u001b[31;41ma\u001b[38;5;7;48;5;7mb", ["a", "b"]],
  ["another code that ends likewise", "\u001b[>4;2ma\u001b[?4mb\u001bmc\u001b(md", ["a", "b", "c", "d"]],
  ["the cursor and titles", "\u001b[2J\u001b]0;31m\u0007\u001b[10;10Ha", ["a"]],
  [
    "a colour that is none",
    "\u001b[38;5;256ma\u001b[38;2;1;2mb\u001b[38mc\u001b[38;9;1md",
    ["a", "b", "c", "d"],
  ],
  ["a code made of two", "\u001b\u001b[1m[31ma", ["⟨U+001B⟩", "1|[31ma"]],
])("%s is not", (_, line, expected) => {
  expect(shown(line)).toEqual(expected);
});

test("the words are those of the line without its codes, and each colour is numbers", () => {
  const code = fc.oneof(
    fc.stringMatching(/^[0-9;:]{0,12}$/).map((parameters) => `\u001b[${parameters}m`),
    fc.constantFrom("\u001b[2K", "\u001b]8;;x\u0007", "\u009b1m", "\u001b[", "\u001b", "m", "[31m"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(code), (parts) => {
      const line = parts.join("");
      const text = withServiceColours(line);
      // Spelled out or not depends on what stands before; what remains does not.
      const plain = withoutTerminalCodes(line);
      expect(String(text).replace(/⟨U\+[0-9A-F]+⟩/g, "").length).toBeLessThanOrEqual(plain.length);
      for (const { text: shown, tone } of text.pieces) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
        expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        if (typeof tone !== "string") for (const number of tone.sgr) expect(number).toBeLessThanOrEqual(255);
      }
    }),
  );
});

test("a line that changes its colour with each letter takes a moment, also to be wrapped", {
  timeout: 10_000,
}, () => {
  const line = "\u001b[31ma \u001b[32mb ".repeat(4_000);
  const lines = wrap(withServiceColours(line), 60, 4);
  expect(lines.map(String).join("").replaceAll(" ", "")).toBe("ab".repeat(4_000));
});
