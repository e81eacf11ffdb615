import type { Tapped } from "./taps-before-target.ts";
import type { TargetFault } from "./target-faults.ts";
import type { Baseline, Stopped } from "./target-proof-report.ts";

/** Who tells whether a stack is as it should be: our checks, or somebody's own. */
export interface TargetJudge {
  /** Looks at the stack without a fault, once and first. Throws a UserError where it cannot judge this stack. */
  begin(tapped: Tapped): Promise<SeenByJudge & { readonly baseline: Baseline }>;
  /** Looks at it with a fault. */
  look(tapped: Tapped, fault: TargetFault): Promise<Reaction>;
}

/** What a look has left on the stack. */
export interface SeenByJudge {
  /** See `RunReport.left_behind`. */
  readonly left_behind: readonly string[];
}

/** What has changed because of a fault. */
export interface Reaction extends SeenByJudge {
  /** See `TargetFaultProof`. */
  readonly caught_by: readonly string[];
  /** See `TargetFaultProof`. */
  readonly stopped: readonly Stopped[];
  /** Why nobody could look; undefined where somebody did. */
  readonly unjudged?: string | undefined;
}

/** What every judge needs. */
export interface JudgeSettings {
  /** See `RunReport.seed`. */
  readonly seed: string;
  /** Longest time for one check, or for one run of the command, in milliseconds. */
  readonly deadlineMs?: number | undefined;
  readonly signal: AbortSignal;
}
