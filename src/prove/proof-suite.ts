import { type CheckResult, countOutcomes, type Outcome, type RunReport } from "../harness/run-report.ts";
import { NO_POSTGRESQL } from "../verify/in-process-replicas.ts";
import type { FaultProof } from "./judge-fault.ts";
import type { ProofReport } from "./prove-faults.ts";

const SUITE = { name: "proof", title: "Each known bug turns exactly those claims red that it breaks." };

/** The run with its proof as one more suite, a claim a fault, so that every report format carries it. */
export function withProofSuite(report: RunReport, proof: ProofReport): RunReport {
  const results = [...proof.faults.map(faultResult), ...unexercisedResult(proof)];
  const suite = { ...SUITE, duration_ms: proof.duration_ms, counts: countOutcomes(results) };
  const all = [...report.results, ...results];
  return {
    ...report,
    duration_ms: report.duration_ms + proof.duration_ms,
    suites: [...report.suites, suite],
    results: all,
    counts: countOutcomes(all),
    interrupted: report.interrupted || proof.interrupted,
  };
}

function faultResult(proof: FaultProof): CheckResult {
  const { name, story, seen_in, caught_by, duration_ms } = proof;
  return {
    id: `${SUITE.name}/${name}`,
    claim:
      caught_by.length === 0
        ? "without a bug, every claim holds"
        : `the bug ${name} is caught: ${caught_by.join(", ")}`,
    why: `${story} Seen in: ${seen_in}`,
    look_at: `stack prove ${name}`,
    duration_ms,
    attempts: 1,
    outcome: outcomeOf(proof),
  };
}

function outcomeOf({
  verdict,
  applied,
  acted_in,
  caught_by,
  missing,
  not_judged,
  unexpected,
}: FaultProof): Outcome {
  if (verdict === "not-tried") return { verdict: "skipped", reason: NO_POSTGRESQL };
  if (verdict === "not-applied") return { verdict: "could-not-run", reason: "the bug never acted" };
  if (verdict === "not-judged") return { verdict: "could-not-run", reason: not_judged.join("; ") };
  const where = acted_in.length === 0 ? "" : `, in ${acted_in.join(", ")}`;
  const seen = `the bug acted ${applied} ${applied === 1 ? "time" : "times"}${where}`;
  if (verdict === "caught") return { verdict: "holds", seen };
  const found = [...missing.map((id) => `${id} not broken`), ...unexpected].join("; ");
  return {
    verdict: "broken",
    expected: caught_by.length === 0 ? "no claim broken" : `broken: ${caught_by.join(", ")}; all others hold`,
    found,
    seen,
  };
}

/** One more claim where the whole catalogue was tried: each check can fail. */
function unexercisedResult({ unexercised, faults, checks, interrupted }: ProofReport): CheckResult[] {
  if (interrupted) return [];
  const seen = `${faults.length} faults, ${checks} checks`;
  const outcome: Outcome =
    unexercised.length === 0
      ? { verdict: "holds", seen }
      : { verdict: "broken", expected: "no such check", found: unexercised.join(", "), seen };
  return [
    {
      id: `${SUITE.name}/every-check-can-fail`,
      claim: "each check is turned red by a bug of the catalogue",
      why: "A check that no bug breaks may be one that cannot fail.",
      look_at: "docs/extending.md: a fault for the check",
      duration_ms: 0,
      attempts: 1,
      outcome,
    },
  ];
}
