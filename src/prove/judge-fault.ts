import type { Fault } from "../faults/find-fault.ts";
import type { CheckResult } from "../harness/run-report.ts";
import type { FaultRun } from "./proof-findings.ts";

/** What became of one fault. */
export interface FaultProof {
  readonly name: string;
  readonly story: string;
  readonly seen_in: string;
  /**
   * `caught` by exactly the checks that it names; `missed` by some of them; `false-alarm`: others were
   * broken too; `not-judged`: neither, but some could not look, as on a machine that is too busy; `not-applied`: it never acted,
   * so that this says nothing; `not-tried`: it is a bug of several copies, and there was no PostgreSQL for them.
   */
  readonly verdict: "caught" | "missed" | "false-alarm" | "not-judged" | "not-applied" | "not-tried";
  readonly caught_by: readonly string[];
  /** Named, and not broken. */
  readonly missing: readonly string[];
  /** Those that could not look, though this fault does not keep them from it; each with why. */
  readonly not_judged: readonly string[];
  /** Not named, and not as they are without a fault; each with what they were. */
  readonly unexpected: readonly string[];
  /** How often it acted. */
  readonly applied: number;
  /** The suites in which it acted. */
  readonly acted_in: readonly string[];
  /** How long the suites took that were judged with this fault alone. */
  readonly duration_ms: number;
}

/** Of a fault that this proof cannot try. */
export function notTried({ name, story, seenIn, caughtBy }: Fault): FaultProof {
  return {
    ...{ name, story, seen_in: seenIn, verdict: "not-tried", caught_by: caughtBy },
    ...{ missing: [], not_judged: [], unexpected: [], applied: 0, acted_in: [], duration_ms: 0 },
  };
}

/** What becomes of a check that cannot look, or finds nothing that it could judge. */
const NOT_JUDGED = ["could-not-run", "skipped"];

/** Compares what was found with a fault with what the fault names, and with what was found without it. */
export function proofOf(fault: Fault, run: FaultRun, clean: FaultRun): FaultProof {
  const { name, story, seenIn, caughtBy, alsoStops = [] } = fault;
  const cleanVerdicts = new Map(clean.results.map(({ id, outcome }) => [id, outcome.verdict]));
  const expected = (id: string): readonly string[] => {
    if (caughtBy.includes(id)) return ["broken"];
    if (alsoStops.includes(id)) return NOT_JUDGED;
    // Without a fault a check holds, or is skipped because no stack of our own can show what it needs.
    return [cleanVerdicts.get(id) === "skipped" ? "skipped" : "holds"];
  };
  const differing = run.results.filter(({ id, outcome }) => !expected(id).includes(outcome.verdict));
  const isUnable = ({ outcome }: CheckResult): boolean => outcome.verdict === "could-not-run";
  const judged = differing.filter((result) => !isUnable(result));
  const notJudged = differing.filter(isUnable).map(wordsOf);
  const missing = judged.map(({ id }) => id).filter((id) => caughtBy.includes(id));
  const unexpected = judged.filter(({ id }) => !caughtBy.includes(id)).map(wordsOf);
  return {
    name,
    story,
    seen_in: seenIn,
    verdict: verdictOf(run.applied, { missing, unexpected, notJudged }),
    caught_by: caughtBy,
    missing,
    not_judged: notJudged,
    unexpected,
    applied: run.applied,
    acted_in: run.actedIn,
    duration_ms: run.durationMs,
  };
}

function verdictOf(
  applied: number,
  found: Readonly<Record<"missing" | "unexpected" | "notJudged", readonly string[]>>,
): FaultProof["verdict"] {
  if (applied === 0) return "not-applied";
  if (found.missing.length > 0) return "missed";
  if (found.unexpected.length > 0) return "false-alarm";
  return found.notJudged.length > 0 ? "not-judged" : "caught";
}

function wordsOf({ id, outcome }: CheckResult): string {
  if (outcome.verdict === "broken")
    return `${id} broken: expected ${outcome.expected}; found ${outcome.found}`;
  return "reason" in outcome ? `${id} ${outcome.verdict}: ${outcome.reason}` : `${id} ${outcome.verdict}`;
}
