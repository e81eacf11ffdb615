import { on } from "node:events";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { packageRoot } from "./package-root.ts";
import type { ProofAnswer, ProofJob } from "./prove-worker.ts";
import type { VerifyReport } from "./verify.ts";

/**
 * Runs each job in one of several threads, and tells of it as it ends; no two jobs have the same fault. Rejects
 * with the signal's reason.
 */
export async function runInThreads(
  jobs: readonly ProofJob[],
  threads: number,
  signal: AbortSignal,
  onReport: (job: ProofJob, report: VerifyReport) => void,
): Promise<void> {
  const queue = jobs.values();
  const work = async (): Promise<void> => {
    const worker = new Worker(workerFile());
    const takeTurns = async (): Promise<void> => {
      for (const job of queue) onReport(job, await ask(worker, job, signal));
    };
    try {
      await Promise.all(Array.from({ length: jobsInAThread() }, takeTurns));
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
}

async function ask(worker: Worker, job: ProofJob, signal: AbortSignal): Promise<VerifyReport> {
  const messages = on(worker, "message", { signal, close: ["exit"] });
  worker.postMessage(job);
  // Rejects where the thread ends with an error.
  for await (const message of messages) {
    const [answer] = message as [ProofAnswer];
    if (answer.fault !== job.fault) continue;
    if ("report" in answer) return answer.report;
    throw new Error(`The fault ${job.fault} could not be tried: ${answer.failure}`);
  }
  throw new Error(`The thread that tried the fault ${job.fault} has ended.`);
}

/**
 * So many jobs go on in a thread at a time: each waits now and then, and the other has the core meanwhile. On a
 * machine that is busy with something else there is nothing to gain, and checks that time things are late.
 */
function jobsInAThread(): number {
  const [lastMinute = 0] = loadavg();
  return lastMinute < 2 * availableParallelism() ? 2 : 1;
}

function workerFile(): string {
  const isSource = import.meta.url.endsWith(".ts");
  return join(packageRoot(), ...(isSource ? ["src", "prove-worker.ts"] : ["dist", "prove-worker.js"]));
}
