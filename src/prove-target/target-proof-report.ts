import type { CheckResult } from "../harness/run-report.ts";

/** A hop by the service in front of which the tap stands. */
export type Hop = "hmi" | "gateway" | "engine";

/** What a proof on somebody's own stack found, as `--json` prints it. */
export interface TargetProofReport {
  /** Changes with the shape of this object. */
  readonly report_version: 1;
  /** What was looked at, in words. */
  readonly target: string;
  readonly seed: string;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly baseline: Baseline;
  readonly faults: readonly TargetFaultProof[];
  /** What could not be undone, each with its reason; empty where the target was left as it was found. */
  readonly left_behind: readonly string[];
  /** True where Ctrl-C ended the proof early. */
  readonly interrupted: boolean;
}

/** The stack without any fault, as the checks or the command saw it. */
export type Baseline = ChecksBaseline | CommandBaseline;

/** As the checks of `stack verify` saw it. */
export interface ChecksBaseline {
  readonly judged_by: "checks";
  /** How many checks hold: each of them may catch a fault. */
  readonly holds: number;
  /** The checks that do not hold, and so cannot catch anything here. */
  readonly not_holding: readonly NotHolding[];
}

/** A check that does not hold without a fault. */
export interface NotHolding {
  /** Of the check. */
  readonly id: string;
  readonly verdict: Exclude<CheckResult["outcome"]["verdict"], "holds">;
  /** In one line. */
  readonly reason: string;
}

/** A check that cannot judge with a fault, because that takes away what it looks at. */
export interface Stopped {
  /** Of the check. */
  readonly id: string;
  readonly reason: string;
}

/** As a command of somebody's own saw it: it ended with 0. */
export interface CommandBaseline {
  readonly judged_by: "command";
  readonly command: string;
  readonly duration_ms: number;
  /** How many of its requests came through the taps. */
  readonly requests: number;
}

/** What became of one fault on the target. */
export interface TargetFaultProof {
  readonly name: string;
  readonly story: string;
  readonly seen_in: string;
  /** Where on the wire it acts. */
  readonly hops: readonly Hop[];
  /**
   * `caught`: something turned red that was green without it; `missed`: nothing did; `there-already`: nothing did,
   * because what catches it is red without it: the target has this bug, or one like it; `not-judged`: nothing did, and nothing
   * that catches it could be judged without it, either; `not-applied`: it never acted, so that this says nothing.
   */
  readonly verdict: "caught" | "missed" | "there-already" | "not-judged" | "not-applied";
  /** The ids of the checks that turned red; or how the command ended. */
  readonly caught_by: readonly string[];
  /** The checks that held without it, and could not judge any more. */
  readonly stopped: readonly Stopped[];
  /** The ids of the checks that turn red on a stack of our own. */
  readonly named: readonly string[];
  /** Why it was not applied, or not judged; else null. */
  readonly reason: string | null;
  /** How often it acted. */
  readonly applied: number;
  readonly duration_ms: number;
}
