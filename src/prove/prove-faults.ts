import { availableParallelism } from "node:os";
import { everySuite } from "../checks/suites.ts";
import { newSeed } from "../harness/run-seed.ts";
import { REPLICAS } from "../verify/in-process-replicas.ts";
import { type FaultProof, notTried, proofOf } from "./judge-fault.ts";
import { planProof } from "./plan-proof.ts";
import { ProofFindings } from "./proof-findings.ts";
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
    proofs.flatMap(({ caught_by, missing, not_judged }) =>
      caught_by.filter(
        (id) => !missing.includes(id) && !not_judged.some((words) => words.startsWith(`${id} `)),
      ),
    ),
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
