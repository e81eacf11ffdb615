import { expect, test } from "vitest";
import { type Broken, CouldNotRun } from "../../src/harness/define-check.ts";
import { firstBroken } from "../../src/harness/first-broken.ts";
import { NotObservable } from "../../src/harness/target-errors.ts";

const broken = (found: string): Broken => ({ verdict: "broken", expected: "even", found, seen: "it" });

const judge = (number: number): Broken | undefined => (number % 2 === 0 ? undefined : broken(`${number}`));

test("where each is as it must be, nothing is broken", () => {
  expect(firstBroken([2, 4], judge)).toBeUndefined();
});

test("the first that is broken is told", () => {
  expect(firstBroken([2, 3, 5], judge)).toEqual(broken("3"));
});

test("what cannot be judged of one is told where no other is broken", () => {
  const of = (error: Error) => (number: number) => {
    if (number === 0) throw error;
    return judge(number);
  };
  for (const error of [new NotObservable("not told"), new CouldNotRun("no answer")]) {
    expect(() => firstBroken([2, 0, 4], of(error))).toThrow(error);
    expect(firstBroken([0, 3], of(error))).toEqual(broken("3"));
  }
  const mistake = new TypeError("a mistake of the judge's own");
  expect(() => firstBroken([0, 3], of(mistake))).toThrow(mistake);
});

test("where nothing was seen, there is no verdict", () => {
  expect(() => firstBroken([], judge)).toThrow(CouldNotRun);
});
