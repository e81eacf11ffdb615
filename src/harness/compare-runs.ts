import type { CheckResult, RunReport } from "./run-report.ts";

/** What has changed since an earlier run, by the ids of checks. */
export interface Comparison {
  /** Broken now, and not then. */
  readonly newly_broken: readonly string[];
  /** Holds now, and was broken then. */
  readonly fixed: readonly string[];
  /** Broken then and now. */
  readonly still_broken: readonly string[];
}

/** Compares a run with an earlier one. What was not judged in one of them is in none of the lists, unless it is broken now. */
export function compareRuns(baseline: RunReport, now: RunReport): Comparison {
  const wasBroken = new Set(idsOf(baseline.results, "broken"));
  const broken = idsOf(now.results, "broken");
  return {
    newly_broken: broken.filter((id) => !wasBroken.has(id)),
    fixed: idsOf(now.results, "holds").filter((id) => wasBroken.has(id)),
    still_broken: broken.filter((id) => wasBroken.has(id)),
  };
}

function idsOf(results: readonly CheckResult[], verdict: CheckResult["outcome"]["verdict"]): string[] {
  return [...new Set(results.filter(({ outcome }) => outcome.verdict === verdict).map(({ id }) => id))];
}
