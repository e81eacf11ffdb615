import * as fc from "fast-check";
import { expect, test } from "vitest";
import { safeJson, safeText, visibleText } from "../../src/text/escape-untrusted-text.ts";
import { createTextStream } from "../../src/text/text-stream.ts";
import { expectHarmless } from "../support/hostile.ts";

test.each([
  ["a control code of a terminal", "a\u001b[2Jb", "a⟨U+001B⟩[2Jb"],
  ["a title, of eight bits", "\u009d0;x\u009c", "⟨U+009D⟩0;x⟨U+009C⟩"],
  ["a bell, a backspace, a delete", "\u0007\b\u007f", "⟨U+0007⟩⟨U+0008⟩⟨U+007F⟩"],
  ["a carriage return, which lets a line be written over", "good\rbad", "good⟨U+000D⟩bad"],
  ["a turned reading direction", "\u202egnp\u2066x\u200f", "⟨U+202E⟩gnp⟨U+2066⟩x⟨U+200F⟩"],
  ["breaks that some programs take for lines", "a\u2028b\u0085c\vd", "a⟨U+2028⟩b⟨U+0085⟩c⟨U+000B⟩d"],
  ["what is invisible", "ad\u200bmin\u00ad\ufeff\u3164", "ad⟨U+200B⟩min⟨U+00AD⟩⟨U+FEFF⟩⟨U+3164⟩"],
  ["letters of tags, which only a model reads", "\u{e0041}", "⟨U+E0041⟩"],
  ["joiners between Latin letters", "ad\u200dmin x\ufe0f", "ad⟨U+200D⟩min x⟨U+FE0F⟩"],
  ["a run of variation selectors, which may hold bytes", "漢\ufe00\ufe01", "漢\ufe00⟨U+FE01⟩"],
  ["halves of pairs, and no characters at all", "\ud800\uffff", "⟨U+D800⟩⟨U+FFFF⟩"],
])("spelled out: %s", (_, text, expected) => {
  expect(visibleText(text)).toBe(expected);
});

test.each([
  ["lines and tabs", "a\n\tb"],
  ["letters of any script", "é 漢 ß я ע क"],
  ["emoji of several characters", "👩‍👩‍👧 ❤️‍🔥 1️⃣ 👍🏽 🏳️‍🌈"],
  ["joiners of scripts that have them", "می‌خواهم क्‍ष"],
])("left as they are: %s", (_, text) => {
  expect(visibleText(text)).toBe(text);
});

test("a line break of Windows is a line break", () => {
  expect(visibleText("a\r\nb")).toBe("a\nb");
});

test("commands of CI servers are spelled out where they would act, and nowhere else", () => {
  expect(safeText("::error::x")).toBe("⟨U+003A⟩:error::x");
  expect(safeText("a\n \t::add-mask::x")).toBe("a\n \t⟨U+003A⟩:add-mask::x");
  expect(safeText("a ##[error]x ##vso[task] ##teamcity[x]").match(/⟨U\+0023⟩#/g)).toHaveLength(3);
  const usual = "::1 is loopback\nuse std::move\n## Title\n#1 [x]";
  expect(safeText(usual)).toBe(usual);
});

test("JSON says what was said, and shows nothing hostile", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
      const all = { value, text, hostile: "\u202e\u2028\u007f\u009b##[error]\u{e0041}" };
      for (const indent of [undefined, 2]) {
        const json = safeJson(all, indent);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(all)));
        expectHarmless(json);
      }
    }),
  );
});

/** Characters of which anything may be made. */
const PIECES = [
  ..."::##[]ab \n\t\r",
  "\u001b",
  "\u200d",
  "\ufe0f",
  "👩",
  "\ud83d",
  "\udc69",
  "error::",
  "\u202e",
];

test("cut anywhere, a text comes out as it would in the whole", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.constantFrom(...PIECES))), fc.boolean(), (pieces, isTerminal) => {
      let shown = "";
      const stream = createTextStream((text) => {
        shown += text;
      }, isTerminal);
      for (const piece of pieces) stream.write(piece.join(""));
      stream.end();
      const whole = pieces.flat().join("");
      expect(shown).toBe(isTerminal ? visibleText(whole) : safeText(whole));
    }),
    { numRuns: 2000 },
  );
});

test("a piece is shown as it comes", () => {
  const shown: string[] = [];
  const stream = createTextStream((text) => shown.push(text), false);
  for (const piece of ["Hel", "lo", " 👩", "!"]) stream.write(piece);
  expect(shown).toEqual(["Hel", "lo", " 👩", "!"]);
});
