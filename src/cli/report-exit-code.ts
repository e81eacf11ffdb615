import { EXIT } from "../errors/exit-codes.ts";
import type { Comparison } from "../harness/compare-runs.ts";
import type { RunReport } from "../harness/run-report.ts";
import type { ProofReport } from "../prove/prove-faults.ts";
import type { TargetProofReport } from "../prove-target/target-proof-report.ts";

/** What a run means to whoever called. With a comparison, only what was not broken before is bad news. */
export function exitCodeOf(report: RunReport, compared?: Comparison): number {
  const { counts, interrupted, left_behind } = report;
  if (interrupted) return EXIT.interrupted;
  if ((compared?.newly_broken.length ?? counts.broken) + counts.flaky > 0) return EXIT.failed;
  // A target that was not left as it was found must not pass unseen; nor may a run that judged nothing.
  const judged = counts.holds + counts.broken;
  return counts.could_not_run > 0 || judged === 0 || left_behind.length > 0 ? EXIT.unusable : EXIT.ok;
}

/**
 * What a proof means to whoever called: every fault that was tried must be caught, and every check be able to fail; and
 * one at least must have been tried.
 */
export function proofExitCode({ faults, unexercised, interrupted }: ProofReport): number {
  if (interrupted) return EXIT.interrupted;
  const tried = faults.filter(({ verdict }) => verdict !== "not-tried");
  if (tried.some(({ verdict }) => verdict !== "caught" && verdict !== "not-judged")) return EXIT.failed;
  // What could not be judged says nothing, and must not pass unseen.
  if (tried.some(({ verdict }) => verdict === "not-judged")) return EXIT.unusable;
  if (unexercised.length > 0) return EXIT.failed;
  const isEmpty = tried.length < faults.length && tried.every(({ name }) => name === "none");
  return isEmpty ? EXIT.unusable : EXIT.ok;
}

/**
 * What a proof on somebody's own stack means: no fault may be missed, and one at least must have been tried. Each
 * that was asked for by name must have been: its absence from a green proof would not be seen.
 */
export function targetProofExitCode(
  { faults, left_behind, interrupted }: TargetProofReport,
  named: readonly string[] = [],
): number {
  if (interrupted) return EXIT.interrupted;
  if (faults.some(({ verdict }) => verdict === "missed")) return EXIT.failed;
  const untold = faults.filter(({ verdict }) => verdict === "not-applied" || verdict === "not-judged");
  if (untold.some(({ name }) => named.includes(name))) return EXIT.failed;
  const isJudged = faults.some(({ verdict }) => verdict === "caught");
  return isJudged && left_behind.length === 0 ? EXIT.ok : EXIT.unusable;
}
