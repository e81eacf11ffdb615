import type { Verdict } from "./define-check.ts";
import type { LoadProgress, LoadReport } from "./load-report.ts";

/** How one check went. */
export type Outcome =
  | Verdict
  /** It did not hold at first, and then it did: never counted as held. */
  | { readonly verdict: "flaky"; readonly first: Verdict | CouldNotRunOutcome; readonly seen: string }
  | SkippedOutcome
  | CouldNotRunOutcome;

/** Not judged, because the target does not have, or does not tell, what the claim is about; never counted as held. */
export interface SkippedOutcome {
  readonly verdict: "skipped";
  readonly reason: string;
}

/** Tried, but it says nothing: the target could not be used. */
export interface CouldNotRunOutcome {
  readonly verdict: "could-not-run";
  readonly reason: string;
}

export interface CheckResult {
  /** `<suite>/<name>`. */
  readonly id: string;
  readonly claim: string;
  readonly why: string;
  readonly look_at: string;
  readonly duration_ms: number;
  /** How often it was tried; more than once only with retries. */
  readonly attempts: number;
  readonly outcome: Outcome;
  /** What the target lacks, by the contract that was given for it; the outcome follows from that alone. */
  readonly lacks?: string;
  /** Commands for a shell that show it again, where it does not hold. */
  readonly commands?: readonly string[];
  /** What was judged; undefined where nothing was collected. */
  readonly evidence?: unknown;
}

/** One suite of a run. */
export interface SuiteReport {
  readonly name: string;
  readonly title: string;
  readonly duration_ms: number;
  readonly counts: Counts;
}

/** Everything that one run found, as `--json` prints it. */
export interface RunReport {
  /** Changes with the shape of this object. */
  readonly report_version: 1;
  /** What was looked at, in words. */
  readonly target: string;
  /** Chance follows from it: the same seed makes the same run. */
  readonly seed: string;
  /** Which part of all checks this run made, where it was one of several (`--shard`). */
  readonly shard?: Shard;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly suites: readonly SuiteReport[];
  /** Of all suites, in their order. */
  readonly results: readonly CheckResult[];
  readonly counts: Counts;
  /** What could not be undone, each with its reason; empty where the target was left as it was found. */
  readonly left_behind: readonly string[];
  /** True where Ctrl-C ended the run early. */
  readonly interrupted: boolean;
  /** True where this many claims did not hold that the others were not tried (`--max-failures`). */
  readonly stopped_early?: boolean;
  /** What was measured, where users were driven (`--users`). */
  readonly load?: LoadReport;
}

/** A part of a run that is spread over machines: one of several, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export interface Counts {
  readonly holds: number;
  readonly broken: number;
  readonly flaky: number;
  readonly skipped: number;
  readonly could_not_run: number;
}

/** What a reporter is told while a run goes on: suites one after the other, checks inside them. */
export type RunEvent =
  | { readonly type: "run-started"; readonly target: string; readonly suites: readonly PlannedSuite[] }
  | { readonly type: "suite-started"; readonly suite: PlannedSuite }
  | { readonly type: "check-started"; readonly id: string; readonly claim: string }
  | { readonly type: "load-progress"; readonly progress: LoadProgress }
  | { readonly type: "load-ended"; readonly load: LoadReport }
  | { readonly type: "check-ended"; readonly result: CheckResult }
  | { readonly type: "suite-ended"; readonly suite: SuiteReport }
  | { readonly type: "run-ended"; readonly report: RunReport };

export interface PlannedSuite {
  readonly name: string;
  readonly title: string;
  /** How many checks will be run. */
  readonly checks: number;
}

/** Whether it is bad news: neither held, nor left out for a reason that was known before. */
export function isFailure({ outcome }: Pick<CheckResult, "outcome">): boolean {
  return outcome.verdict !== "holds" && outcome.verdict !== "skipped";
}

/** Whether there was anything that a verdict could be made of. */
export function wasJudged({ outcome, lacks }: CheckResult): boolean {
  if (lacks !== undefined) return false;
  return outcome.verdict === "holds" || outcome.verdict === "broken" || outcome.verdict === "flaky";
}

export function countOutcomes(results: readonly CheckResult[]): Counts {
  const count = (verdict: Outcome["verdict"]): number =>
    results.filter((result) => result.outcome.verdict === verdict).length;
  return {
    holds: count("holds"),
    broken: count("broken"),
    flaky: count("flaky"),
    skipped: count("skipped"),
    could_not_run: count("could-not-run"),
  };
}

/** The suite of a check, by its id. */
export function suiteOf({ id }: Pick<CheckResult, "id">): string {
  return id.slice(0, id.indexOf("/"));
}
