import { expect, test } from "vitest";
import { EngineError } from "../../../src/services/stand-in-engine/engine-errors.ts";
import { readOptions } from "../../../src/services/stand-in-engine/generation-options.ts";

const read = (given: Record<string, unknown>) =>
  readOptions(given, { tokenDelayMs: 7, replyTokens: undefined });

test.each([
  ["num_ctx", "4096", "integer"],
  ["num_predict", true, "integer"],
  ["seed", {}, "integer"],
  ["temperature", "hot", "float32"],
  ["use_mmap", 1, "boolean"],
  ["stop", "\n", "array"],
  ["stop", [1], "an array of strings"],
  ["stand_in_token_ms", "5", "float32"],
  ["stand_in_tokens", "5", "integer"],
  ["stand_in_load_ms", [], "float32"],
  ["stand_in_reply", 5, "string"],
])("%s: %j is refused, it must be of %s", (name, value, type) => {
  const error = new EngineError(500, `option "${name}" must be of type ${type}`.replace("type an", "an"));
  expect(() => read({ [name]: value })).toThrow(error);
});

test.each([
  [{ num_ctx: 4096.7 }, { numCtx: 4096 }],
  [
    { num_ctx: null, unheard_of: "x" },
    { numCtx: undefined, tokenDelayMs: 7 },
  ],
  [{ num_predict: -1 }, { numPredict: undefined }],
  [{ stand_in_token_ms: 0.5 }, { tokenDelayMs: 0.5 }],
  [{ stand_in_token_ms: -1 }, { tokenDelayMs: 0 }],
  [{ stand_in_load_ms: 1e300 }, { loadMs: 2 ** 31 - 1 }],
  [{ stand_in_tokens: 1e300 }, { replyTokens: 1_000_000 }],
  [{ stand_in_reply: "a\ud800" }, { reply: "a\ufffd" }],
])("%j is read as %j", (given, expected) => {
  expect(read(given)).toMatchObject(expected);
});
