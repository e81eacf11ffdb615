import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findKnee } from "../../src/load/find-knee.ts";
import { loadStep } from "../support/load-step.ts";

/** What users see of an engine that writes this many replies at once, each in a second, and has the others wait. */
function stepOf(users: number, slots: number, heldUp: readonly number[] = []) {
  return loadStep({
    users,
    tokens_per_s: 10 * Math.min(users, slots),
    under_way: users,
    driver: { late_p95_ms: 0, late_max_ms: 0, cpu: 0, is_held_up: heldUp.includes(users) },
  });
}

test("the knee is where all slots are taken, and one step more says so by its figures", () => {
  const steps = [1, 2, 4, 8, 16].map((users) => stepOf(users, 4));
  expect(findKnee(steps)).toMatchObject({
    users: 4,
    over_at: 8,
    words:
      "At 4 users: with 8, throughput goes from 40 to 40 tokens/s and a user's time for each token from 100 to 200 ms.",
    figures: [
      { users: 1, power: 100 },
      { users: 2, power: 200 },
      { users: 4, power: 400 },
      { users: 8, power: 200 },
      { users: 16, power: 100 },
    ],
  });
});

test("whatever the steps are, it is the one that takes all slots", () => {
  const others = fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 6 });
  fc.assert(
    fc.property(others, fc.integer({ min: 1, max: 100 }), (given, slots) => {
      const steps = [...new Set([...given, slots, 2 * slots])].toSorted((a, b) => a - b);
      expect(findKnee(steps.map((users) => stepOf(users, slots))).users).toBe(slots);
    }),
  );
});

test("where it was not reached it says so, with the growth of the last step", () => {
  expect(findKnee([1, 2, 4].map((users) => stepOf(users, 8)))).toMatchObject({
    users: null,
    words:
      "Not reached with 4 users: from 2 to 4, throughput goes from 20 to 40 tokens/s and a user's time for each token from 100 to 100 ms.",
  });
  expect(findKnee([stepOf(1, 1)]).words).toBe("Not reached with 1 user: one step alone shows no growth.");
});

test("power that falls a little is no knee: it may be chance", () => {
  const steps = [loadStep({ users: 9, tokens_per_s: 100 }), loadStep({ users: 10, tokens_per_s: 95 })];
  expect(findKnee(steps).users).toBeNull();
});

test("figures of drivers that were held up themselves tell none", () => {
  const steps = [2, 4, 8].map((users) => stepOf(users, 4, [8]));
  expect(findKnee(steps)).toMatchObject({
    users: null,
    words: expect.stringMatching(/^Not told: .*held up themselves \(users: 8\)/),
  });
});

test("without a reply there is none", () => {
  const messages = { due: 1, done: 0, failed: 1, cut: 0, unfinished: 0, unsent: 0 };
  const none = { tokens: 0, tokens_per_s: 0 };
  expect(findKnee([loadStep({ ...none, messages })]).words).toBe("Not told: no token came.");
  expect(findKnee([loadStep(none)]).words).toBe("Not told: by this wire it is not told when tokens come.");
});
