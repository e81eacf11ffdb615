import { expect, test } from "vitest";
import { type Broken, CouldNotRun } from "../../src/harness/define-check.ts";
import { firstBroken } from "../../src/harness/first-broken.ts";

const broken = (found: string): Broken => ({ verdict: "broken", expected: "even", found, seen: "it" });

const judge = (number: number): Broken | undefined => (number % 2 === 0 ? undefined : broken(`${number}`));

test("where each is as it must be, nothing is broken", () => {
  expect(firstBroken([2, 4], judge)).toBeUndefined();
});

test("the first that is broken is told", () => {
  expect(firstBroken([2, 3, 5], judge)).toEqual(broken("3"));
});

test("where nothing was seen, there is no verdict", () => {
  expect(() => firstBroken([], judge)).toThrow(CouldNotRun);
});
