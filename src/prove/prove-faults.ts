import { availableParallelism } from "node:os";
import { everySuite } from "../checks/suites.ts";
import type { Fault } from "../faults/find-fault.ts";
import type { CheckResult } from "../harness/run-report.ts";
import { newSeed } from "../harness/run-seed.ts";
import { REPLICAS } from "../verify/in-process-replicas.ts";
import { planProof } from "./plan-proof.ts";
import { type FaultRun, ProofFindings } from "./proof-findings.ts";
import { runInThreads } from "./proof-threads.ts";

export interface ProveOptions {
  /** Names of faults; without it, the whole catalogue. `none` is always among them. */
  faults?: readonly string[] | undefined;
  /** See `RunReport.seed`. */
  seed?: string | undefined;
  /**
   * A PostgreSQL server, on which databases for several copies are made and deleted; without it bugs of several copies are not
   * tried.
   */
  postgresql?: string | undefined;
  /** How many threads try faults, each a few at a time; as many as there are cores where absent. */
  threads?: number | undefined;
  /** Longest time for one check, in milliseconds. */
  deadlineMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Told of each fault as it ends. */
  onFault?: (proof: FaultProof) => void;
}

/** What became of one fault. */
export interface FaultProof {
  readonly name: string;
  readonly story: string;
  readonly seen_in: string;
  /**
   * `caught` by exactly the checks that it names; `missed` by some of them; `false-alarm`: others were
   * broken too; `not-applied`: it never acted, so that this says nothing; `not-tried`: it is a bug of several copies, and
   * there was no PostgreSQL for them.
   */
  readonly verdict: "caught" | "missed" | "false-alarm" | "not-applied" | "not-tried";
  readonly caught_by: readonly string[];
  /** Named, and not broken. */
  readonly missing: readonly string[];
  /** Not named, and not as they are without a fault; each with what they were. */
  readonly unexpected: readonly string[];
  /** How often it acted. */
  readonly applied: number;
  /** The suites in which it acted. */
  readonly acted_in: readonly string[];
  /** How long the suites took that were judged with this fault alone. */
  readonly duration_ms: number;
}

/** What a proof found, as `--json` prints it. */
export interface ProofReport {
  /** Changes with the shape of this object. */
  readonly report_version: 1;
  readonly seed: string;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly checks: number;
  readonly faults: readonly FaultProof[];
  /** Checks that no fault of this proof breaks, of those that it could make: nothing shows that they can fail. */
  readonly unexercised: readonly string[];
  readonly interrupted: boolean;
}

/** A check that hangs under a fault is a check that waits for nothing: nobody is to wait with it. */
const DEFAULT_DEADLINE_MS = 60_000;

/**
 * Proves the checks: each fault of the catalogue is switched on in stacks of its own, and exactly the checks
 * that it names must break. Throws a UserError where there is no such fault.
 */
export async function proveFaults(options: ProveOptions = {}): Promise<ProofReport> {
  const { faults: catalogue, findFault, none } = await import("../faults/find-fault.ts");
  // First `none`: what does not hold without a bug says nothing with one.
  const chosen = [...new Set([none, ...(options.faults?.map(findFault) ?? catalogue)])];
  const {
    seed = newSeed(),
    deadlineMs = DEFAULT_DEADLINE_MS,
    threads = availableParallelism(),
    signal = new AbortController().signal,
    postgresql,
  } = options;
  const started = new Date();
  const start = performance.now();
  const proofs: FaultProof[] = [];
  const hasReplicas = postgresql !== undefined;
  // Without copies their suite would be skipped, check by check.
  const suites = hasReplicas ? everySuite : everySuite.filter(({ name }) => name !== REPLICAS);
  const tried = chosen.filter(({ ofCopies }) => hasReplicas || ofCopies !== true);
  for (const fault of chosen) {
    if (tried.includes(fault)) continue;
    const proof = notTried(fault);
    proofs.push(proof);
    options.onFault?.(proof);
  }
  const findings = new ProofFindings(
    tried,
    suites.map(({ name }) => name),
  );
  try {
    await runInThreads(planProof(tried, suites), {
      ...{ seed, deadlineMs, postgresql, threads, signal },
      onFinding(job, finding) {
        const again = findings.add(job, finding);
        for (const { fault, run, clean } of findings.takeWhole()) {
          const proof = proofOf(fault, run, clean);
          proofs.push(proof);
          options.onFault?.(proof);
        }
        return again;
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const order = new Map(catalogue.map(({ name }, index) => [name, index]));
  const exercised = new Set(
    proofs.flatMap(({ caught_by, missing }) => caught_by.filter((id) => !missing.includes(id))),
  );
  const ids = suites.flatMap(({ checks }) => checks.map(({ id }) => id));
  return {
    report_version: 1,
    seed,
    started_at: started.toISOString(),
    duration_ms: Math.round(performance.now() - start),
    checks: ids.length,
    faults: proofs.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0)),
    unexercised: options.faults === undefined ? ids.filter((id) => !exercised.has(id)) : [],
    interrupted: signal.aborted,
  };
}

function notTried({ name, story, seenIn, caughtBy }: Fault): FaultProof {
  return {
    ...{ name, story, seen_in: seenIn, verdict: "not-tried", caught_by: caughtBy },
    ...{ missing: [], unexpected: [], applied: 0, acted_in: [], duration_ms: 0 },
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
  const missing = differing.map(({ id }) => id).filter((id) => caughtBy.includes(id));
  const unexpected = differing.filter(({ id }) => !caughtBy.includes(id)).map(wordsOf);
  return {
    name,
    story,
    seen_in: seenIn,
    verdict: verdictOf(run.applied, missing, unexpected),
    caught_by: caughtBy,
    missing,
    unexpected,
    applied: run.applied,
    acted_in: run.actedIn,
    duration_ms: run.durationMs,
  };
}

function verdictOf(
  applied: number,
  missing: readonly string[],
  unexpected: readonly string[],
): FaultProof["verdict"] {
  if (applied === 0) return "not-applied";
  if (missing.length > 0) return "missed";
  return unexpected.length > 0 ? "false-alarm" : "caught";
}

function wordsOf({ id, outcome }: CheckResult): string {
  if (outcome.verdict === "broken")
    return `${id} broken: expected ${outcome.expected}; found ${outcome.found}`;
  return "reason" in outcome ? `${id} ${outcome.verdict}: ${outcome.reason}` : `${id} ${outcome.verdict}`;
}
