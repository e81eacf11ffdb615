import { type CheckResult, countOutcomes, type RunReport, type SuiteReport } from "./run-report.ts";

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

/** One report of several, such as the shards of a run: the earliest start, the longest time, everything else together. */
export function mergeReports(reports: readonly [RunReport, ...RunReport[]]): RunReport {
  const results = reports.flatMap((report) => report.results);
  const { shard, stopped_early: _, ...first } = reports[0];
  // Of several shards the whole is made; one that was repeated stays one.
  const isOneShard = reports.every((report) => report.shard?.index === shard?.index);
  return {
    ...first,
    ...(shard !== undefined && isOneShard && { shard }),
    started_at: reports.map((report) => report.started_at).toSorted()[0] ?? reports[0].started_at,
    duration_ms: Math.max(...reports.map((report) => report.duration_ms)),
    suites: mergeSuites(reports.flatMap((report) => report.suites)),
    results,
    counts: countOutcomes(results),
    left_behind: reports.flatMap((report) => report.left_behind),
    interrupted: reports.some((report) => report.interrupted),
    ...(reports.some((report) => report.stopped_early) && { stopped_early: true }),
  };
}

function mergeSuites(suites: readonly SuiteReport[]): SuiteReport[] {
  const merged = new Map<string, SuiteReport>();
  for (const suite of suites) {
    const { counts, duration_ms } = merged.get(suite.name) ?? { counts: NOTHING, duration_ms: 0 };
    merged.set(suite.name, {
      ...suite,
      duration_ms: Math.max(duration_ms, suite.duration_ms),
      counts: {
        holds: counts.holds + suite.counts.holds,
        broken: counts.broken + suite.counts.broken,
        flaky: counts.flaky + suite.counts.flaky,
        skipped: counts.skipped + suite.counts.skipped,
        could_not_run: counts.could_not_run + suite.counts.could_not_run,
      },
    });
  }
  return [...merged.values()];
}

const NOTHING = countOutcomes([]);

function idsOf(results: readonly CheckResult[], verdict: CheckResult["outcome"]["verdict"]): string[] {
  return [...new Set(results.filter(({ outcome }) => outcome.verdict === verdict).map(({ id }) => id))];
}
