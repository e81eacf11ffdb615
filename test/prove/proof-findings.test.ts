import { expect, test } from "vitest";
import type { Fault } from "../../src/faults/find-fault.ts";
import type { CheckResult, Outcome } from "../../src/harness/run-report.ts";
import { ProofFindings } from "../../src/prove/proof-findings.ts";
import type { ProofFinding } from "../../src/prove/proof-worker.ts";

const HOLDS: Outcome = { verdict: "holds", seen: "it" };
const BROKEN: Outcome = { verdict: "broken", expected: "a", found: "b", seen: "it" };

function fault(name: string): Fault {
  return { name, story: "S.", seenIn: "here", caughtBy: [], overrides: () => ({}) };
}

const [NONE, ONE, TWO, THREE] = [fault("none"), fault("one"), fault("two"), fault("three")] as const;

function found(id: string, applied: Readonly<Record<string, number>>, outcome = HOLDS): ProofFinding {
  const result: CheckResult = {
    ...{ id, claim: "c", why: "w", look_at: "l", duration_ms: 1, attempts: 1 },
    outcome,
  };
  return { results: [result], duration_ms: 10, applied };
}

test("what was found together counts for each, where none acted and all is as without them", () => {
  const findings = new ProofFindings([NONE, ONE, TWO], ["a"]);
  expect(findings.add({ suite: "a", faults: ["one", "two"] }, found("a/x", { one: 0, two: 0 }))).toEqual([]);
  findings.add({ suite: "a", faults: ["none"] }, found("a/x", { none: 1 }));
  const whole = findings.takeWhole();
  expect(whole.map(({ fault: { name } }) => name)).toEqual(["none", "one", "two"]);
  for (const { run } of whole.slice(1)) expect(run).toMatchObject({ applied: 0, actedIn: [], durationMs: 0 });
});

test("where one of them acted it is tried alone, and the others together again", () => {
  const findings = new ProofFindings([NONE, ONE, TWO, THREE], ["a"]);
  const finding = found("a/x", { one: 0, two: 1, three: 0 });
  expect(findings.add({ suite: "a", faults: ["one", "two", "three"] }, finding)).toEqual([
    { suite: "a", faults: ["two"] },
    { suite: "a", faults: ["one", "three"] },
  ]);
  expect(findings.add({ suite: "a", faults: ["one", "three"] }, found("a/x", { one: 0, three: 0 }))).toEqual(
    [],
  );
});

test("where all of them acted each is tried alone", () => {
  const findings = new ProofFindings([NONE, ONE, TWO], ["a"]);
  expect(findings.add({ suite: "a", faults: ["one", "two"] }, found("a/x", { one: 1, two: 2 }))).toEqual([
    { suite: "a", faults: ["one"] },
    { suite: "a", faults: ["two"] },
  ]);
});

test("where a check broke though none acted, each half is tried, down to single faults", () => {
  const findings = new ProofFindings([NONE, ONE, TWO, THREE], ["a"]);
  const finding = found("a/x", { one: 0, two: 0, three: 0 }, BROKEN);
  expect(findings.add({ suite: "a", faults: ["one", "two", "three"] }, finding)).toEqual([
    { suite: "a", faults: ["one", "two"] },
    { suite: "a", faults: ["three"] },
  ]);
  expect(findings.add({ suite: "a", faults: ["one", "two"] }, finding)).toEqual([
    { suite: "a", faults: ["one"] },
    { suite: "a", faults: ["two"] },
  ]);
});

const STOPPED: Outcome = { verdict: "could-not-run", reason: "this process was held up" };

test("where a check could not look it is judged again, three times at most, unless the fault stops that check", () => {
  const stopping = { ...ONE, alsoStops: ["a/x"] };
  const findings = new ProofFindings([NONE, stopping, TWO], ["a"]);
  const stopped = found("a/x", { one: 1, two: 1 }, STOPPED);
  expect(findings.add({ suite: "a", faults: ["one"] }, stopped)).toEqual([]);
  expect(findings.add({ suite: "a", faults: ["none"] }, found("a/x", { none: 1 }))).toEqual([]);
  let again = findings.add({ suite: "a", faults: ["two"] }, stopped);
  for (const triesBefore of [1, 2, 3]) {
    expect(again).toEqual([{ suite: "a", faults: ["two"], triesBefore }]);
    expect(findings.takeWhole().map(({ fault: { name } }) => name)).toEqual(
      triesBefore === 1 ? ["none", "one"] : [],
    );
    again = findings.add(again[0] ?? { suite: "a", faults: [] }, stopped);
  }
  expect(again).toEqual([]);
  expect(findings.takeWhole()).toMatchObject([{ fault: TWO, run: { results: [{ outcome: STOPPED }] } }]);
});

test("a fault is whole when all suites are there, in their order, and what is found without a fault", () => {
  const findings = new ProofFindings([NONE, ONE], ["a", "b"]);
  findings.add({ suite: "b", faults: ["one"] }, found("b/x", { one: 2 }, BROKEN));
  findings.add({ suite: "a", faults: ["one"] }, found("a/x", { one: 0 }));
  findings.add({ suite: "a", faults: ["none"] }, found("a/x", { none: 1 }));
  expect(findings.takeWhole()).toEqual([]);
  findings.add({ suite: "b", faults: ["none"] }, found("b/x", { none: 1 }));
  const [none, one] = findings.takeWhole();
  expect(none?.fault).toBe(NONE);
  expect(one).toMatchObject({ fault: ONE, run: { applied: 2, actedIn: ["b"], durationMs: 20 } });
  expect(one?.run.results.map(({ id }) => id)).toEqual(["a/x", "b/x"]);
  expect(one?.clean.results.map(({ id }) => id)).toEqual(["a/x", "b/x"]);
  expect(findings.takeWhole()).toEqual([]);
});
