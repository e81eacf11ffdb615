import { expect, test } from "vitest";
import type { Fault } from "../../src/faults/find-fault.ts";
import type { CheckResult, Outcome } from "../../src/harness/run-report.ts";
import { proofOf } from "../../src/prove/judge-fault.ts";
import type { FaultRun } from "../../src/prove/proof-findings.ts";
import { proveFaults } from "../../src/prove/prove-faults.ts";

const HOLDS: Outcome = { verdict: "holds", seen: "it" };
const BROKEN: Outcome = { verdict: "broken", expected: "a", found: "b", seen: "it" };
const STOPPED: Outcome = { verdict: "could-not-run", reason: "no reply" };
const SKIPPED: Outcome = { verdict: "skipped", reason: "cannot sing" };

function run(outcomes: Readonly<Record<string, Outcome>>, applied = 1): FaultRun {
  const results = Object.entries(outcomes).map(
    ([id, outcome]): CheckResult => ({
      ...{ id, claim: "c", why: "w", look_at: "l", duration_ms: 1, attempts: 1 },
      outcome,
    }),
  );
  return { results, applied, actedIn: applied === 0 ? [] : ["s"], durationMs: 1 };
}

const FAULT: Fault = {
  ...{ name: "f", story: "S.", seenIn: "here", caughtBy: ["s/a"], alsoStops: ["s/b"] },
  overrides: () => ({}),
};

const CLEAN = run({ "s/a": HOLDS, "s/b": HOLDS, "s/c": HOLDS, "s/d": SKIPPED });

const proved = (outcomes: Readonly<Record<string, Outcome>>, applied?: number) =>
  proofOf(FAULT, run(outcomes, applied), CLEAN);

test.each([
  ["stops", STOPPED],
  ["is not judged", SKIPPED],
])("a fault is caught where exactly what it names breaks or %s", (_, stopped) => {
  expect(proved({ "s/a": BROKEN, "s/b": stopped, "s/c": HOLDS, "s/d": SKIPPED })).toMatchObject({
    verdict: "caught",
    missing: [],
    unexpected: [],
  });
});

test("a fault is missed where a check that it names holds, or cannot tell", () => {
  for (const outcome of [HOLDS, SKIPPED]) {
    expect(proved({ "s/a": outcome, "s/b": STOPPED, "s/c": HOLDS, "s/d": SKIPPED })).toMatchObject({
      verdict: "missed",
      missing: ["s/a"],
    });
  }
});

test("where a check could not look, nothing is told of the fault, unless another one tells enough", () => {
  const stopped = { "s/a": STOPPED, "s/b": STOPPED, "s/c": STOPPED, "s/d": SKIPPED };
  expect(proved(stopped)).toMatchObject({
    ...{ verdict: "not-judged", missing: [], unexpected: [] },
    not_judged: ["s/a could-not-run: no reply", "s/c could-not-run: no reply"],
  });
  expect(proved({ ...stopped, "s/a": HOLDS })).toMatchObject({ verdict: "missed", missing: ["s/a"] });
});

test("any other check that is not as it was is a false alarm", () => {
  expect(proved({ "s/a": BROKEN, "s/b": HOLDS, "s/c": STOPPED, "s/d": SKIPPED })).toMatchObject({
    verdict: "false-alarm",
    unexpected: ["s/b holds"],
    not_judged: ["s/c could-not-run: no reply"],
  });
});

test("a fault that never acted shows nothing", () => {
  const outcomes = { "s/a": BROKEN, "s/b": STOPPED, "s/c": HOLDS, "s/d": SKIPPED };
  expect(proved(outcomes, 0)).toMatchObject({ verdict: "not-applied" });
});

/** All suites, in two threads that have not run anything yet. */
const PROOF_TIMEOUT_MS = 300_000;

test(
  "named faults are proved, after none",
  async () => {
    const told: string[] = [];
    const { faults, unexercised } = await proveFaults({
      faults: ["reply-without-model-id"],
      onFault: ({ name }) => told.push(name),
    });
    expect(told).toEqual(["none", "reply-without-model-id"]);
    const caught = { verdict: "caught", missing: [], unexpected: [] };
    expect(faults).toMatchObject([caught, caught]);
    // Only the whole catalogue can tell.
    expect(unexercised).toEqual([]);
  },
  PROOF_TIMEOUT_MS,
);

test("an unknown fault is refused", async () => {
  await expect(proveFaults({ faults: ["gremlins"] })).rejects.toMatchObject({ code: "unknown_fault" });
});
