import { type RunEvent, type RunReport, suiteOf } from "./run-report.ts";

/** Tells a reporter of a run that is over, as if it went on just now. */
export function tellAsEvents(report: RunReport, onEvent: (event: RunEvent) => void): void {
  const suites = report.suites.map((suite) => {
    const results = report.results.filter((result) => suiteOf(result) === suite.name);
    return { suite, results, plan: { name: suite.name, title: suite.title, checks: results.length } };
  });
  onEvent({ type: "run-started", target: report.target, suites: suites.map(({ plan }) => plan) });
  for (const { suite, results, plan } of suites) {
    onEvent({ type: "suite-started", suite: plan });
    if (report.load !== undefined) onEvent({ type: "load-ended", load: report.load });
    for (const result of results) {
      onEvent({ type: "check-started", id: result.id, claim: result.claim });
      onEvent({ type: "check-ended", result });
    }
    onEvent({ type: "suite-ended", suite });
  }
  onEvent({ type: "run-ended", report });
}
