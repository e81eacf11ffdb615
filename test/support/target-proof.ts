import type { TargetFaultProof, TargetProofReport } from "../../src/prove-target/target-proof-report.ts";

const REASONS: Partial<Record<TargetFaultProof["verdict"], string>> = {
  "not-applied": "Nothing passed that could be changed.",
  "not-judged": "sse/frames does not judge this stack: it speaks another wire",
};

/** A report in which the faults of these names have these verdicts. */
export function targetProof(
  verdicts: Readonly<Record<string, TargetFaultProof["verdict"]>>,
): TargetProofReport {
  return {
    report_version: 1,
    target: "gateway http://127.0.0.1:6120",
    seed: "seed",
    started_at: "2026-01-05T12:00:00.000Z",
    duration_ms: 1000,
    baseline: { judged_by: "command", command: "npm test", duration_ms: 100, requests: 1 },
    faults: Object.entries(verdicts).map(([name, verdict]) => ({
      name,
      story: "",
      seen_in: "",
      hops: ["hmi"],
      verdict,
      caught_by: verdict === "caught" ? ["exit code 1"] : [],
      stopped: [],
      named: [],
      reason: REASONS[verdict] ?? null,
      applied: verdict === "not-applied" ? 0 : 1,
      duration_ms: 100,
    })),
    left_behind: [],
    interrupted: false,
  };
}
