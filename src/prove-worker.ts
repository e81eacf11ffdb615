/**
 * One thread of a proof: for each {@link ProofJob} that it is sent, it judges fresh stacks with that fault
 * switched on, and sends the report back, or what was thrown.
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

export type ProofAnswer = { readonly report: VerifyReport } | { readonly failure: string };

parentPort?.on("message", async ({ fault, seed, deadlineMs }: ProofJob) => {
  parentPort?.postMessage(await answer(fault, seed, deadlineMs));
});

async function answer(fault: string, seed: string, deadlineMs: number): Promise<ProofAnswer> {
  try {
    return { report: withoutEvidence(await verify({ target: "in-process", fault, seed, deadlineMs })) };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}
