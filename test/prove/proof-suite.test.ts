import { expect, test } from "vitest";
import { RunReportSchema } from "../../src/harness/report-schema.ts";
import { countOutcomes, type RunReport } from "../../src/harness/run-report.ts";
import type { FaultProof } from "../../src/prove/judge-fault.ts";
import { withProofSuite } from "../../src/prove/proof-suite.ts";
import type { ProofReport } from "../../src/prove/prove-faults.ts";
import { fileReporters } from "../../src/reporters/find-reporter.ts";

const run: RunReport = {
  report_version: 1,
  target: "a fresh stack",
  seed: "7",
  started_at: "2026-01-01T00:00:00Z",
  duration_ms: 10,
  suites: [],
  results: [],
  counts: countOutcomes([]),
  left_behind: [],
  interrupted: false,
};

const fault = (given: Partial<FaultProof> & Pick<FaultProof, "name" | "verdict">): FaultProof => ({
  story: "It is wrong.",
  seen_in: "BUG-016",
  caught_by: ["sse/usage"],
  missing: [],
  not_judged: [],
  unexpected: [],
  applied: 3,
  acted_in: ["sse"],
  duration_ms: 5,
  ...given,
});

const proof: ProofReport = {
  report_version: 1,
  seed: "7",
  started_at: "2026-01-01T00:00:00Z",
  duration_ms: 20,
  checks: 97,
  faults: [
    fault({ name: "none", verdict: "caught", caught_by: [], applied: 0, acted_in: [] }),
    fault({ name: "usage-zero", verdict: "caught" }),
    fault({ name: "usage-twice", verdict: "missed", missing: ["sse/usage"] }),
    fault({
      name: "usage-late",
      verdict: "false-alarm",
      unexpected: ["sse/done broken: expected a; found b"],
    }),
    fault({ name: "usage-unseen", verdict: "not-judged", not_judged: ["sse/usage could-not-run: late"] }),
    fault({ name: "usage-never", verdict: "not-applied", applied: 0, acted_in: [] }),
    fault({ name: "usage-of-copies", verdict: "not-tried", applied: 0, acted_in: [] }),
  ],
  unexercised: ["http/cors"],
  interrupted: false,
};

test("each fault is a claim of one more suite, and so is that every check can fail", () => {
  const whole = withProofSuite(run, proof);
  expect(RunReportSchema.parse(whole)).toEqual(whole);
  expect(whole.suites.map(({ name, counts }) => [name, counts])).toEqual([
    ["proof", { holds: 2, broken: 3, flaky: 0, skipped: 1, could_not_run: 2 }],
  ]);
  expect(whole.counts).toEqual(whole.suites[0]?.counts);
  expect(whole.results.map(({ id, outcome }) => [id, outcome])).toEqual([
    ["proof/none", { verdict: "holds", seen: "the bug acted 0 times" }],
    ["proof/usage-zero", { verdict: "holds", seen: "the bug acted 3 times, in sse" }],
    [
      "proof/usage-twice",
      expect.objectContaining({
        verdict: "broken",
        expected: "broken: sse/usage; all others hold",
        found: "sse/usage not broken",
      }),
    ],
    [
      "proof/usage-late",
      expect.objectContaining({ verdict: "broken", found: "sse/done broken: expected a; found b" }),
    ],
    ["proof/usage-unseen", { verdict: "could-not-run", reason: "sse/usage could-not-run: late" }],
    ["proof/usage-never", { verdict: "could-not-run", reason: "the bug never acted" }],
    ["proof/usage-of-copies", { verdict: "skipped", reason: expect.stringMatching(/--postgresql/) }],
    ["proof/every-check-can-fail", expect.objectContaining({ verdict: "broken", found: "http/cors" })],
  ]);
});

test.each(fileReporters.map((reporter) => [reporter.name, reporter] as const))(
  "the proof is in %s",
  (_, reporter) => {
    const text = reporter.render(withProofSuite(run, proof));
    expect(text).toContain("sse/usage not broken");
    expect(text).toContain("the bug never acted");
  },
);

test("a proof that Ctrl-C ended says nothing of the checks that were not reached", () => {
  const { results, interrupted } = withProofSuite(run, { ...proof, interrupted: true });
  expect(interrupted).toBe(true);
  expect(results.map(({ id }) => id)).not.toContain("proof/every-check-can-fail");
});
