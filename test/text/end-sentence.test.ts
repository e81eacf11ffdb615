import { expect, test } from "vitest";
import { endSentence } from "../../src/text/end-sentence.ts";

test.each([
  ["It is gone", "It is gone."],
  ["It said: try again.", "It said: try again."],
  ["Who are you?", "Who are you?"],
])("a sentence that ends in what others say has one end: %s", (text, ended) => {
  expect(endSentence(text)).toBe(ended);
});
