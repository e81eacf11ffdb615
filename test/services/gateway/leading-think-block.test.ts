import fc from "fast-check";
import { expect, test } from "vitest";
import { LeadingThinkBlock } from "../../../src/services/gateway/leading-think-block.ts";
import { anyText } from "../../support/arbitraries.ts";

/** What comes of a text that arrives in pieces of these sizes, over and over. */
function read(text: string, sizes: readonly number[]): { thoughts: string; text: string; order: string } {
  const block = new LeadingThinkBlock();
  const said = [];
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    said.push(...block.push(text.slice(at, at + size)));
    at += size;
  }
  said.push(...block.end());
  const pieces = said.map((piece) => ("text" in piece ? { ...piece, thought: "" } : { ...piece, text: "" }));
  return {
    thoughts: pieces.map(({ thought }) => thought).join(""),
    text: pieces.map((piece) => piece.text).join(""),
    order: pieces.map((piece) => (piece.text === "" ? "t" : "s")).join(""),
  };
}

const WHOLE = [Number.MAX_SAFE_INTEGER];

test.each<[string, string, string, string]>([
  ["a block and a reply", "<think>Hm, so.</think>Yes.", "Hm, so.", "Yes."],
  ["white space around the tags", " \n<think>\nHm.\n</think>\n\nYes.\n", "Hm.\n", "Yes.\n"],
  [
    "an empty block, as a model writes it that is told not to think",
    "<think>\n\n</think>\n\nYes.",
    "",
    "Yes.",
  ],
  ["a block that is never closed", "<think>Hm, and then </thi", "Hm, and then </thi", ""],
  ["a block and nothing", "<think>Hm.</think>\n", "Hm.", ""],
  ["no block", "Yes.", "", "Yes."],
  ["no block, with white space", "\n  Yes.", "", "\n  Yes."],
  [
    "the tag later in the text",
    "The tag <think> opens, </think> closes.",
    "",
    "The tag <think> opens, </think> closes.",
  ],
  ["a tag of another name", "<thinking>Hm.</thinking>", "", "<thinking>Hm.</thinking>"],
  ["the beginning of a tag", "<thi", "", "<thi"],
  ["a closing tag alone", "Hm.</think>Yes.", "", "Hm.</think>Yes."],
  ["a second block", "<think>a</think>b<think>c</think>", "a", "b<think>c</think>"],
  ["another tag in the thoughts", "<think>a < b, </b> and <think></think>c", "a < b, </b> and <think>", "c"],
  ["nothing", "", "", ""],
  ["white space alone", " \n ", "", " \n "],
])("%s", (_, given, thoughts, text) => {
  for (const sizes of [WHOLE, [1], [2], [3, 1]]) {
    expect(read(given, sizes)).toMatchObject({ thoughts, text, order: expect.stringMatching(/^t*s*$/) });
  }
});

test("how it is cut changes nothing", () => {
  const tag = fc.constantFrom("<think>", "</think>", "<", "</", "\n", " ");
  const anyReply = fc.array(fc.oneof(tag, anyText), { maxLength: 8 }).map((parts) => parts.join(""));
  const anySizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(anyReply, anySizes, (reply, sizes) => {
      const { order: _, ...whole } = read(reply, WHOLE);
      expect(read(reply, sizes)).toMatchObject(whole);
    }),
  );
});

test("a text without a leading block comes out as it went in", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 12 }), (text, size) => {
      fc.pre(!text.trimStart().startsWith("<think>"));
      expect(read(text, [size])).toMatchObject({ thoughts: "", text });
    }),
  );
});

test("a token of the reply is handed on at once: nothing is held back after the search", () => {
  const block = new LeadingThinkBlock();
  expect(block.push("Yes")).toEqual([{ text: "Yes" }]);
  expect(block.push("<")).toEqual([{ text: "<" }]);
});

test("a thought is handed on at once, but for what may be the tag's beginning", () => {
  const block = new LeadingThinkBlock();
  expect(block.push("<think>Hm")).toEqual([{ thought: "Hm" }]);
  expect(block.push(", so </th")).toEqual([{ thought: ", so " }]);
  expect(block.push("e end")).toEqual([{ thought: "</the end" }]);
});

test("white space without end is not held back for ever", () => {
  const block = new LeadingThinkBlock();
  const said = Array.from({ length: 2_000 }, () => block.push(" ")).flat();
  expect(said).toHaveLength(1_000);
});
