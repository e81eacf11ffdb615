import type { Verdict } from "./check.ts";

/** How one check went. */
export type Outcome =
  | Verdict
  /** Not made, for a reason that was known before; never counted as held. */
  | { readonly verdict: "skipped"; readonly reason: string }
  /** Tried, but it says nothing: the target could not be used. */
  | { readonly verdict: "could-not-run"; readonly reason: string };

export interface CheckResult {
  readonly id: string;
  readonly claim: string;
  readonly why: string;
  readonly look_at: string;
  readonly duration_ms: number;
  readonly outcome: Outcome;
  /** What was judged; undefined where nothing was collected. */
  readonly evidence?: unknown;
}

/** Everything that one run found, as `--json` prints it. */
export interface RunReport {
  readonly suite: string;
  /** What was looked at, in words. */
  readonly target: string;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly results: readonly CheckResult[];
  readonly counts: Counts;
  /** What could not be undone, each with its reason; empty where the target was left as it was found. */
  readonly left_behind: readonly string[];
  /** True where Ctrl-C ended the run early. */
  readonly interrupted: boolean;
}

export interface Counts {
  readonly holds: number;
  readonly broken: number;
  readonly skipped: number;
  readonly could_not_run: number;
}

/** What a reporter is told, in this order, while a run goes on. */
export type RunEvent =
  | { readonly type: "run-started"; readonly suite: string; readonly target: string; readonly checks: number }
  | { readonly type: "check-started"; readonly id: string; readonly claim: string }
  | { readonly type: "check-ended"; readonly result: CheckResult }
  | { readonly type: "run-ended"; readonly report: RunReport };

export function countOutcomes(results: readonly CheckResult[]): Counts {
  const count = (verdict: Outcome["verdict"]): number =>
    results.filter((result) => result.outcome.verdict === verdict).length;
  return {
    holds: count("holds"),
    broken: count("broken"),
    skipped: count("skipped"),
    could_not_run: count("could-not-run"),
  };
}
