import { expect, test } from "vitest";
import { FlapDamping } from "../../../src/supervisor/daemon/flap-damping.ts";

/** Notes one answer after the other; returns the changes as `time good|bad`. */
function changesOf(everyMs: number, answers: readonly [ms: number, isGood: boolean][]): string[] {
  const damper = new FlapDamping(everyMs);
  let isWell = true;
  return answers.flatMap(([ms, isGood]) => {
    if (damper.note(isGood, isWell, ms) === undefined) return [];
    isWell = isGood;
    return [`${ms} ${isGood ? "good" : "bad"}`];
  });
}

test("what flaps six times a second is one change, and its end when it has been quiet", () => {
  const flapping = Array.from({ length: 60 }, (_, index): [number, boolean] => [
    index * 160,
    index % 2 === 0,
  ]);
  const last = 59 * 160;
  const quiet = [1000, 4999, 5000, 9000].map((ms): [number, boolean] => [last + ms, true]);
  expect(changesOf(160, [...flapping, ...quiet])).toEqual(["160 bad", `${last + 5000} good`]);
});

test("one good answer after a bad one is not enough, however long the pause between them", () => {
  const answers = [false, true, false, true, true].map((good, index): [number, boolean] => [
    index * 10_000,
    good,
  ]);
  expect(changesOf(10_000, answers)).toEqual(["0 bad", "40000 good"]);
});

test("the end says how bad it was", () => {
  const damper = new FlapDamping(100);
  damper.note(false, true, 1000);
  damper.note(false, false, 3500);
  expect(damper.note(true, false, 9000)).toEqual({ became: "well", after: "after 2 bad answers within 3 s" });
});
