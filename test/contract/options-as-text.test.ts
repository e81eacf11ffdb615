import fc from "fast-check";
import { expect, test } from "vitest";
import { optionsAsText, optionsInText } from "../../src/contract/options-as-text.ts";
import { anyText } from "../support/arbitraries.ts";

test("options come back from the text that they stand in, whatever is in them", () => {
  fc.assert(
    fc.property(anyText, (reply) => {
      const options = { stand_in_reply: reply, num_predict: 5 };
      expect(optionsInText(`Before.\n${optionsAsText(options)}\nAfter.`)).toEqual(options);
    }),
  );
});

test("of an option that comes several times the last counts, and only at the start of a line", () => {
  const lines = [optionsAsText({ a: 1, b: 1 }), optionsAsText({ a: 2 })];
  expect(optionsInText(lines.join("\n"))).toEqual({ a: 2, b: 1 });
  expect(optionsInText("Say stand_in_options: {")).toEqual({});
});

test.each(["{", "[1]", "3", "null", ""])("a line with %j is an error that says what it must be", (json) => {
  expect(() => optionsInText(`Hello\nstand_in_options: ${json}`)).toThrow(
    /must be followed by a JSON object/,
  );
});
