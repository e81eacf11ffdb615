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

test("of an option that comes several times the last counts; what cannot be read is no option", () => {
  const lines = [optionsAsText({ a: 1, b: 1 }), "stand_in_options: {", optionsAsText({ a: 2 })];
  expect(optionsInText(lines.join("\n"))).toEqual({ a: 2, b: 1 });
  expect(optionsInText("Say stand_in_options: {}")).toEqual({});
});
