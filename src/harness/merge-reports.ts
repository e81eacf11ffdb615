import { type CheckResult, countOutcomes, type RunReport, type SuiteReport } from "./run-report.ts";

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
    suites: mergeSuites(
      reports.flatMap((report) => report.suites),
      results,
    ),
    results,
    counts: countOutcomes(results),
    left_behind: reports.flatMap((report) => report.left_behind),
    interrupted: reports.some((report) => report.interrupted),
    ...(reports.some((report) => report.stopped_early) && { stopped_early: true }),
  };
}

/** Counted anew: a report that was changed by hand may say of its suites what its results do not. */
function mergeSuites(suites: readonly SuiteReport[], results: readonly CheckResult[]): SuiteReport[] {
  const merged = new Map<string, SuiteReport>();
  for (const suite of suites) {
    const { duration_ms } = merged.get(suite.name) ?? suite;
    merged.set(suite.name, {
      ...suite,
      duration_ms: Math.max(duration_ms, suite.duration_ms),
      counts: countOutcomes(results.filter(({ id }) => id.startsWith(`${suite.name}/`))),
    });
  }
  return [...merged.values()];
}
