import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { packageRoot } from "./package-root.ts";
import type { ProofAnswer, ProofJob } from "./prove-worker.ts";
import type { VerifyReport } from "./verify.ts";

/** Runs each job in one of several threads, and tells of it as it ends. Rejects with the signal's reason. */
export async function runInThreads(
  jobs: readonly ProofJob[],
  threads: number,
  signal: AbortSignal,
  onReport: (job: ProofJob, report: VerifyReport) => void,
): Promise<void> {
  const queue = jobs.values();
  const work = async (): Promise<void> => {
    const worker = new Worker(workerFile());
    try {
      for (const job of queue) onReport(job, await ask(worker, job, signal));
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
}

async function ask(worker: Worker, job: ProofJob, signal: AbortSignal): Promise<VerifyReport> {
  worker.postMessage(job);
  // Rejects where the thread ends with an error.
  const [answer] = (await once(worker, "message", { signal })) as [ProofAnswer];
  if ("report" in answer) return answer.report;
  throw new Error(`The fault ${job.fault} could not be tried: ${answer.failure}`);
}

function workerFile(): string {
  const isSource = import.meta.url.endsWith(".ts");
  return join(packageRoot(), ...(isSource ? ["src", "prove-worker.ts"] : ["dist", "prove-worker.js"]));
}
