import { expect, test } from "vitest";
import { pollUntil } from "../../src/targets/poll-until.ts";

const { signal } = new AbortController();

test("looks until it is enough", async () => {
  let looks = 0;
  const look = async (): Promise<number> => ++looks;
  expect(await pollUntil({ signal }, 5_000, look, (seen) => seen === 3)).toBe(3);
});

test("gives what was seen last where it is never enough", async () => {
  expect(
    await pollUntil(
      { signal },
      1,
      async () => "still nothing",
      () => false,
    ),
  ).toBe("still nothing");
});

test("looks less often the longer it waits", async () => {
  let looks = 0;
  const look = async (): Promise<number> => ++looks;
  await pollUntil({ signal }, 500, look, () => false);
  // Every 5 ms it would be a hundred times.
  expect(looks).toBeLessThan(60);
});

test("an abort ends the looking", async () => {
  const aborted = AbortSignal.abort();
  await expect(
    pollUntil(
      { signal: aborted },
      5_000,
      async () => 0,
      () => false,
    ),
  ).rejects.toThrow();
});
