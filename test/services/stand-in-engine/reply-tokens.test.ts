import { expect, test } from "vitest";
import { readOptions } from "../../../src/services/stand-in-engine/generation-options.ts";
import { replyTokens } from "../../../src/services/stand-in-engine/reply-tokens.ts";

const reply = (options: Record<string, unknown>): string => {
  const defaults = { tokenDelayMs: 0, replyTokens: undefined };
  return [...replyTokens("one two three", readOptions(options, defaults))].join("");
};

test.each([
  [{}, "one two three"],
  [{ stand_in_tokens: 2 }, "one two"],
  [{ stand_in_tokens: 6 }, "one two three 4 5 6"],
  [{ stand_in_tokens: 0 }, ""],
  [{ num_predict: 1 }, "one"],
  [{ num_predict: 4, stand_in_tokens: 6 }, "one two three 4"],
  [{ num_predict: 9 }, "one two three"],
  [{ num_predict: -1 }, "one two three"],
])("%j gives %j", (options, text) => {
  expect(reply(options)).toBe(text);
});
