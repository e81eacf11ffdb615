import type { Fault } from "../faults/find-fault.ts";
import type { CheckResult } from "../harness/run-report.ts";
import { isTriedIn, type ProofJob } from "./plan-proof.ts";
import type { ProofFinding } from "./proof-worker.ts";

/** What was found with one fault, in all suites. */
export interface FaultRun {
  /** In the order of the suites. */
  readonly results: readonly CheckResult[];
  /** How often it acted. */
  readonly applied: number;
  /** The suites in which it did. */
  readonly actedIn: readonly string[];
  /** How long the suites took that were judged with this fault alone, in milliseconds. */
  readonly durationMs: number;
}

/** A fault of which all is known that there is to know, with the same of `none`. */
interface Whole {
  readonly fault: Fault;
  readonly run: FaultRun;
  readonly clean: FaultRun;
}

/** How many more times is judged what could not be, before it is taken as it is. */
const MORE_TRIES = 3;

interface Finding {
  readonly job: ProofJob;
  readonly finding: ProofFinding;
}

/** Puts together what was found of each fault, suite by suite. The first fault is `none`. */
export class ProofFindings {
  readonly #suites: readonly string[];
  /** The faults of which something is still to come, each with what is there by the name of the suite. */
  readonly #open: Map<Fault, Map<string, Finding>>;
  readonly #none: Fault | undefined;
  #clean: FaultRun | undefined;

  constructor(faults: readonly Fault[], suites: readonly string[]) {
    this.#suites = suites;
    this.#open = new Map(faults.map((fault) => [fault, new Map()]));
    this.#none = faults[0];
  }

  /** Takes what was found; returns what must be judged again, because it says nothing of each fault of the job. */
  add(job: ProofJob, finding: ProofFinding): readonly ProofJob[] {
    const { triesBefore = 0 } = job;
    if (triesBefore < MORE_TRIES && this.#isUndecided(job, finding))
      return [{ ...job, triesBefore: triesBefore + 1 }];
    if (job.faults.length > 1 && !isQuiet(finding)) return triedApart(job, finding);
    for (const [fault, bySuite] of this.#open) {
      if (job.faults.includes(fault.name)) bySuite.set(job.suite, { job, finding });
    }
    return [];
  }

  /** Whether a check could not look, though none of these faults keeps it from that: on a busy machine that may be chance. */
  #isUndecided({ faults }: ProofJob, { results }: ProofFinding): boolean {
    const stopped = [...this.#open.keys()].flatMap(({ name, alsoStops = [] }) =>
      faults.includes(name) ? alsoStops : [],
    );
    return results.some(({ id, outcome }) => outcome.verdict === "could-not-run" && !stopped.includes(id));
  }

  /** The faults of which all is known by now; each once, and `none` first. */
  takeWhole(): Whole[] {
    const whole: Whole[] = [];
    for (const [fault, bySuite] of this.#open) {
      if (bySuite.size < this.#suites.filter((suite) => isTriedIn(suite, fault)).length) continue;
      const run = runOf(
        fault,
        this.#suites.flatMap((suite) => bySuite.get(suite) ?? []),
      );
      if (fault === this.#none) this.#clean = run;
      if (this.#clean === undefined) continue;
      whole.push({ fault, run, clean: this.#clean });
      this.#open.delete(fault);
    }
    return whole;
  }
}

/** True where none of the faults acted, and all is as without any. */
function isQuiet({ results, applied }: ProofFinding): boolean {
  return (
    Object.values(applied).every((times) => times === 0) &&
    results.every(({ outcome: { verdict } }) => verdict === "holds" || verdict === "skipped")
  );
}

/**
 * Whoever acted is tried alone, and the others together again: beside a fault that acts, they might have acted too.
 * Where none acted, and something was not as it is without any, each half is tried, until it is seen whose doing it is.
 */
function triedApart({ suite, faults }: ProofJob, { applied }: ProofFinding): readonly ProofJob[] {
  const acted = faults.filter((name) => (applied[name] ?? 0) > 0);
  const others = faults.filter((name) => !acted.includes(name));
  const half = Math.ceil(others.length / 2);
  const together = acted.length > 0 ? [others] : [others.slice(0, half), others.slice(half)];
  const groups = [...acted.map((name) => [name]), ...together];
  return groups.filter((names) => names.length > 0).map((names) => ({ suite, faults: names }));
}

function runOf({ name }: Fault, findings: readonly Finding[]): FaultRun {
  const acted = findings.filter(({ finding }) => (finding.applied[name] ?? 0) > 0);
  const alone = findings.filter(({ job }) => job.faults.length === 1);
  return {
    results: findings.flatMap(({ finding }) => finding.results),
    applied: sum(acted.map(({ finding }) => finding.applied[name] ?? 0)),
    actedIn: acted.map(({ job }) => job.suite),
    durationMs: sum(alone.map(({ finding }) => finding.duration_ms)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
