import type { Check, Suite } from "./define-check.ts";
import { judgeEvidence } from "./judge-evidence.ts";
import { type CheckResult, countOutcomes, type RunReport, suiteOf, wasJudged } from "./run-report.ts";

/** Judges the evidence of a saved run again. What was not judged then stays as it was. */
export function judgeAgain<Target>(suites: readonly Suite<Target>[], saved: RunReport): RunReport {
  const checks = new Map(suites.flatMap((suite) => suite.checks).map((check) => [check.id, check]));
  const results = saved.results.map((result) => judgeOne(checks.get(result.id), result));
  return {
    ...saved,
    results,
    counts: countOutcomes(results),
    suites: saved.suites.map((suite) => ({
      ...suite,
      counts: countOutcomes(results.filter((result) => suiteOf(result) === suite.name)),
    })),
  };
}

function judgeOne<Target>(check: Check<Target, never> | undefined, result: CheckResult): CheckResult {
  if (!wasJudged(result)) return result;
  if (check !== undefined) return { ...result, ...judgeEvidence(check, result.evidence) };
  const reason = "this version of stack has no such check";
  return { ...result, outcome: { verdict: "could-not-run", reason } };
}
