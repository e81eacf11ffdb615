/**
 * One thread of a proof: for each {@link ProofJob} that it is sent, it judges fresh stacks with that fault
 * switched on, and sends the report back, or what was thrown. Several may go on at a time.
 */
import { parentPort } from "node:worker_threads";
import { messageOf } from "./errors.ts";
import { withoutEvidence } from "./harness/saved.ts";
import { type VerifyReport, verify } from "./verify.ts";

export interface ProofJob {
  readonly fault: string;
  readonly seed: string;
  /** Longest time for one check, in milliseconds. */
  readonly deadlineMs: number;
}

/** What became of the job with this fault. */
export type ProofAnswer = { readonly fault: string } & (
  | { readonly report: VerifyReport }
  | { readonly failure: string }
);

parentPort?.on("message", async (job: ProofJob) => parentPort?.postMessage(await answer(job)));

async function answer({ fault, seed, deadlineMs }: ProofJob): Promise<ProofAnswer> {
  try {
    const report = await verify({ target: "in-process", fault, seed, deadlineMs });
    return { fault, report: withoutEvidence(report) };
  } catch (error) {
    return { fault, failure: messageOf(error) };
  }
}
