import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Pace } from "../../src/harness/load-report.ts";
import { planSteps, stepAt, usualSteps } from "../../src/load/load-plan.ts";

const pace: Pace = { model: "timetable", every_ms: 1_000 };
const settings = (more: object) => ({ users: 10, minutes: 1, pace, replyTokens: 8, ...more });

test.each([
  [1, [1]],
  [2, [1, 2]],
  [10, [1, 2, 5, 10]],
  [11, [1, 2, 5, 11]],
  [50, [1, 2, 5, 10, 20, 50]],
  [400, [1, 2, 5, 10, 20, 50, 100, 200, 400]],
])("%i users come in steps of %j", (users, steps) => {
  expect(usualSteps(users)).toEqual(steps);
});

test("steps follow each other, take the whole time, and half of it is the last one's", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 60 }), (users, minutes) => {
      const steps = planSteps(settings({ users, minutes }));
      const [last, before] = [steps.at(-1), steps.at(-2)];
      expect(last?.users).toBe(users);
      expect(steps[0]?.start).toBe(0);
      expect(last?.end).toBeCloseTo(minutes * 60_000);
      if (before !== undefined) expect(before.end).toBeCloseTo(minutes * 30_000);
      for (const [index, { start, measureFrom, end }] of steps.entries()) {
        expect(measureFrom).toBeGreaterThan(start);
        expect(end).toBeGreaterThan(measureFrom);
        if (index > 0) expect(start).toBe(steps[index - 1]?.end);
        expect(stepAt(steps, start)).toBeUndefined();
        expect(stepAt(steps, measureFrom)).toBe(index);
      }
    }),
  );
});

test("steps of one's own end with all users", () => {
  const counts = (steps: readonly number[]) => planSteps(settings({ steps })).map(({ users }) => users);
  expect(counts([3, 6])).toEqual([3, 6, 10]);
  expect(counts([10])).toEqual([10]);
});

test.each([
  ["no users", { users: 0 }, /--users 0/],
  ["half a user", { users: 1.5 }, /--users 1.5/],
  ["no time", { minutes: 0 }, /--minutes 0/],
  ["endless time", { minutes: Number.POSITIVE_INFINITY }, /--minutes Infinity/],
  ["too little time for a step", { minutes: 0.01 }, /leaves 100 ms for each of 4 steps/],
  ["steps that shrink", { steps: [5, 2] }, /--steps must grow, up to --users 10; they are 5,2/],
  ["steps beyond the users", { steps: [20] }, /--steps must grow/],
  ["a timetable without time", { pace: { model: "timetable", every_ms: 0 } }, /--pacing 0/],
  ["a think time below zero", { pace: { model: "closed", every_ms: -1 } }, /--think -0.001/],
])("%s: refused", (_, more, message) => {
  expect(() => planSteps(settings(more))).toThrow(
    expect.objectContaining({ code: "bad_flag", message: expect.stringMatching(message) }),
  );
});
