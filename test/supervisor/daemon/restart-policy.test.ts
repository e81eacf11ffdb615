import fc from "fast-check";
import { expect, test } from "vitest";
import { decideRestart, type RunEnding } from "../../../src/supervisor/daemon/restart-policy.ts";
import type { RestartPolicy } from "../../../src/supervisor/service-spec.ts";

const POLICY: RestartPolicy = {
  when: "on-failure",
  backoffMs: 500,
  maxBackoffMs: 30_000,
  limit: 5,
  withinMs: 60_000,
};

const policies = fc.record<RestartPolicy>({
  when: fc.constantFrom("no", "on-failure", "always"),
  backoffMs: fc.nat(10_000),
  maxBackoffMs: fc.nat(100_000),
  limit: fc.nat(2000),
  withinMs: fc.integer({ min: 1, max: 1_000_000 }),
});
const endings = fc.record<RunEnding>({
  exit: fc.record({ code: fc.constantFrom(null, 0, 1, 143) }),
  restarts: fc.array(fc.nat(1_000_000), { maxLength: 1500 }),
  now: fc.constant(1_000_000),
  random: fc.double({ min: 0, max: 1, noNaN: true }),
});

function pauses(policy: RestartPolicy, count: number, random: number): number[] {
  return Array.from({ length: count }, (_, restarts) => {
    const decision = decideRestart(policy, {
      exit: { code: 1 },
      restarts: Array(restarts).fill(0),
      now: 0,
      random,
    });
    return decision.action === "restart" ? decision.afterMs : Number.NaN;
  });
}

test("the pause is doubled with each restart", () => {
  expect(pauses(POLICY, 5, 0.5)).toEqual([500, 1000, 2000, 4000, 8000]);
});

test("the pause is off by up to a fifth either way", () => {
  expect(pauses(POLICY, 1, 0)).toEqual([400]);
  expect(pauses(POLICY, 1, 1)).toEqual([600]);
});

test("no pause is longer than the longest, after however many restarts", () => {
  fc.assert(
    fc.property(policies, endings, (policy, ending) => {
      const decision = decideRestart(policy, ending);
      if (decision.action !== "restart") return;
      expect(decision.afterMs).toBeGreaterThanOrEqual(0);
      expect(decision.afterMs).toBeLessThanOrEqual(policy.maxBackoffMs);
    }),
  );
});

test("a restart is decided on only below the limit within the window", () => {
  fc.assert(
    fc.property(policies, endings, (policy, ending) => {
      const recent = ending.restarts.filter((time) => ending.now - time < policy.withinMs);
      const { action } = decideRestart(policy, ending);
      if (action === "restart") expect(recent.length).toBeLessThan(policy.limit);
    }),
  );
});

test("restarts from before the window neither count nor lengthen the pause", () => {
  fc.assert(
    fc.property(endings, (ending) => {
      const old = ending.restarts.map((time) => time - 1_000_000 - POLICY.withinMs);
      const exit = { code: 1 };
      expect(decideRestart(POLICY, { ...ending, exit, restarts: old })).toEqual(
        decideRestart(POLICY, { ...ending, exit, restarts: [] }),
      );
    }),
  );
});

test("an exit code of 0 is no failure, and everything else is one", () => {
  const ending = { restarts: [], now: 0, random: 0.5 };
  expect(decideRestart(POLICY, { ...ending, exit: { code: 0 } })).toEqual({ action: "stay_down" });
  for (const code of [1, 143, null])
    expect(decideRestart(POLICY, { ...ending, exit: { code } }).action).toBe("restart");
});

test("`always` restarts what ended with 0, and `no` restarts nothing", () => {
  const ending = { restarts: [], now: 0, random: 0.5 };
  const decide = (when: RestartPolicy["when"], code: number) =>
    decideRestart({ ...POLICY, when }, { ...ending, exit: { code } });
  expect(decide("always", 0)).toEqual({ action: "restart", afterMs: 500 });
  expect(decide("no", 0)).toEqual({ action: "stay_down" });
  expect(decide("no", 1)).toEqual({ action: "give_up", reason: "its restart policy is `no`" });
});
