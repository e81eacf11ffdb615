import { expect, test } from "vitest";
import { withoutThoughts } from "../../web/strip-think-blocks.ts";

test.each([
  ["Hello", "Hello", ""],
  ["<think>\nHm.\n</think>\n\nFour.", "Four.", "Hm."],
  ["Hm.\n</think>\n\nFour.", "Four.", "Hm."],
  ["One.\n\n<think>Hm.</think>\nTwo.\n<think>Ah.</think>\nThree.", "One.\n\nTwo.\nThree.", "Hm.\n\nAh."],
  ["<thinking>Hm.</thinking>\nFour.", "Four.", "Hm."],
  ["<think>\nfor ever", "", "for ever"],
  ["The tag <think> begins, </think> ends it.", "The tag <think> begins, </think> ends it.", ""],
  ["```\n<think>\n</think>\n```", "```\n<think>\n</think>\n```", ""],
])("%j says %j and thought %j", (content, said, thought) => {
  expect(withoutThoughts(content, false)).toEqual({ said, thought });
});

test("a growing text never shows a part of a tag", () => {
  const content = "<think>\nHm.\n</think>\n\nFour.";
  for (let length = 1; length <= content.length; length += 1) {
    const { said } = withoutThoughts(content.slice(0, length), true);
    expect("Four.".startsWith(said), `${length}: ${said}`).toBe(true);
  }
});
