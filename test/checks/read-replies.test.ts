import { expect, test } from "vitest";
import { lookUntil, tokens } from "../../src/checks/read-replies.ts";

const { signal } = new AbortController();

test("tokens are counted across calls, and nothing else is", () => {
  const isThird = tokens(3);
  const token = { type: "token", content: "a" } as const;
  const done = { type: "done", finish_reason: "stop" } as const;
  expect([token, done, token, done, token].map(isThird)).toEqual([false, false, false, false, true]);
});

test("looks until it is enough", async () => {
  let looks = 0;
  const look = async (): Promise<number> => ++looks;
  expect(await lookUntil({ signal }, 5_000, look, (seen) => seen === 3)).toBe(3);
});

test("gives what was seen last where it is never enough", async () => {
  expect(
    await lookUntil(
      { signal },
      1,
      async () => "still nothing",
      () => false,
    ),
  ).toBe("still nothing");
});

test("an abort ends the looking", async () => {
  const aborted = AbortSignal.abort();
  await expect(
    lookUntil(
      { signal: aborted },
      5_000,
      async () => 0,
      () => false,
    ),
  ).rejects.toThrow();
});
