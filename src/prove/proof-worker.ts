/**
 * One thread of a proof: for each {@link ProofJob} that it is sent, it judges a suite on a fresh stack with those
 * faults switched on, and sends back what it found, or what was thrown. Several may go on at a time.
 */
import { parentPort } from "node:worker_threads";
import { messageOf } from "../errors/thrown-error.ts";
import { findFault } from "../faults/find-fault.ts";
import type { RunReport } from "../harness/run-report.ts";
import { withoutEvidence } from "../harness/saved-run.ts";
import { verifyInProcess } from "../verify/verify-in-process.ts";
import { findSuites } from "../verify/verify-stack.ts";
import type { ProofJob } from "./plan-proof.ts";

/** How a job is run. */
export interface ProofSettings {
  /** See `RunReport.seed`. */
  readonly seed: string;
  /** Longest time for one check, in milliseconds. */
  readonly deadlineMs: number;
  /** See `InProcessOptions.postgresql`. */
  readonly postgresql: string | undefined;
}

/** What a thread is asked; `id` is of this job only. */
export interface ProofRequest extends ProofSettings {
  readonly id: number;
  readonly job: ProofJob;
}

/** What was found with the faults of a job. */
export interface ProofFinding extends Pick<RunReport, "results" | "duration_ms"> {
  /** How often each fault has acted, by its name. */
  readonly applied: Readonly<Record<string, number>>;
}

/** What became of the job with this id. */
export type ProofAnswer = { readonly id: number } & (
  | { readonly finding: ProofFinding }
  | { readonly failure: string }
);

parentPort?.on("message", async (request: ProofRequest) => parentPort?.postMessage(await answer(request)));

async function answer({ id, job, seed, deadlineMs, postgresql }: ProofRequest): Promise<ProofAnswer> {
  const run = { suites: findSuites(job.suite), seed, deadlineMs, retries: 0 };
  const signal = new AbortController().signal;
  try {
    const faults = job.faults.map(findFault);
    const settings = { ...run, signal, onEvent: () => undefined };
    const { report, applied } = await verifyInProcess(settings, faults, { postgresql });
    const { results, duration_ms } = withoutEvidence(report);
    return { id, finding: { results, duration_ms, applied } };
  } catch (error) {
    return { id, failure: messageOf(error) };
  }
}
