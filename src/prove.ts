import { suites } from "./checks/suites.ts";
import type { Fault } from "./faults/index.ts";
import { newSeed } from "./harness/chance.ts";
import type { CheckResult, RunReport } from "./harness/report.ts";
import { type VerifyReport, verify } from "./verify.ts";

export interface ProveOptions {
  /** Names of faults; without it, the whole catalogue. `none` is always among them. */
  faults?: readonly string[] | undefined;
  /** See `RunReport.seed`. */
  seed?: string | undefined;
  /** How many faults are tried at a time. */
  parallel?: number | undefined;
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
   * broken too; `not-applied`: it never acted, so that this says nothing.
   */
  readonly verdict: "caught" | "missed" | "false-alarm" | "not-applied";
  readonly caught_by: readonly string[];
  /** Named, and not broken. */
  readonly missing: readonly string[];
  /** Not named, and not as they are without a fault; each with what they were. */
  readonly unexpected: readonly string[];
  /** How often it acted. */
  readonly applied: number;
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
  /** Checks that no fault of this proof breaks: nothing shows that they can fail. */
  readonly unexercised: readonly string[];
  readonly interrupted: boolean;
}

/** Two cores are busy with three, because most checks wait for their streams. */
const PARALLEL_FAULTS = 3;

/**
 * Proves the checks: each fault of the catalogue is switched on in stacks of its own, and exactly the checks
 * that it names must break. Throws a UserError where there is no such fault.
 */
export async function prove(options: ProveOptions = {}): Promise<ProofReport> {
  const { faults: catalogue, findFault } = await import("./faults/index.ts");
  const [none, ...others] = catalogue;
  const chosen =
    options.faults === undefined ? others : options.faults.map(findFault).filter((one) => one !== none);
  const seed = options.seed ?? newSeed();
  const started = new Date();
  const start = performance.now();
  const proofs: FaultProof[] = [];
  const tell = (proof: FaultProof): FaultProof => {
    proofs.push(proof);
    options.onFault?.(proof);
    return proof;
  };
  const run = (name: string): Promise<VerifyReport> =>
    verify({
      target: "in-process",
      fault: name,
      seed,
      signal: options.signal,
      deadlineMs: options.deadlineMs,
    });
  // First and alone: what does not hold without a bug says nothing with one.
  const clean = none === undefined ? undefined : await run(none.name);
  if (none !== undefined && clean !== undefined) tell(proofOf(none, clean, clean));
  const queue = chosen.values();
  const work = async (): Promise<void> => {
    for (const fault of queue) {
      if (options.signal?.aborted || clean === undefined) return;
      tell(proofOf(fault, await run(fault.name), clean));
    }
  };
  await Promise.all(Array.from({ length: options.parallel ?? PARALLEL_FAULTS }, work));
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
    interrupted: options.signal?.aborted ?? false,
  };
}

/** Compares what a run with a fault found with what the fault names, and with the same run without it. */
export function proofOf(fault: Fault, report: VerifyReport, clean: RunReport): FaultProof {
  const { name, story, seenIn, caughtBy, alsoStops = [] } = fault;
  const applied = report.fault?.applied ?? 0;
  const cleanVerdicts = new Map(clean.results.map(({ id, outcome }) => [id, outcome.verdict]));
  const expected = (id: string): string => {
    if (caughtBy.includes(id)) return "broken";
    if (alsoStops.includes(id)) return "could-not-run";
    // Without a fault a check holds, or is skipped because no stack of our own can show what it needs.
    return cleanVerdicts.get(id) === "skipped" ? "skipped" : "holds";
  };
  const differing = report.results.filter(({ id, outcome }) => outcome.verdict !== expected(id));
  const missing = differing.map(({ id }) => id).filter((id) => caughtBy.includes(id));
  const unexpected = differing.filter(({ id }) => !caughtBy.includes(id)).map(wordsOf);
  return {
    name,
    story,
    seen_in: seenIn,
    verdict: verdictOf(applied, missing, unexpected),
    caught_by: caughtBy,
    missing,
    unexpected,
    applied,
    duration_ms: report.duration_ms,
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
