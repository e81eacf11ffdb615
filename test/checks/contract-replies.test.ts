import { expect, test } from "vitest";
import { tokens } from "../../src/checks/contract-replies.ts";

test("tokens are counted across calls, and nothing else is", () => {
  const isThird = tokens(3);
  const token = { type: "token", content: "a" } as const;
  const done = { type: "done", finish_reason: "stop" } as const;
  expect([token, done, token, done, token].map(isThird)).toEqual([false, false, false, false, true]);
});
