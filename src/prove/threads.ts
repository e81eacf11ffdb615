import { on } from "node:events";
import { availableParallelism, loadavg } from "node:os";
import { Worker } from "node:worker_threads";
import { threadFile } from "../package-root.ts";
import type { ProofJob } from "./plan.ts";
import type { ProofAnswer, ProofFinding, ProofRequest, ProofSettings } from "./worker.ts";

export interface ThreadsOptions extends ProofSettings {
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Told of each job as it ends; returns what is to be done after all because of it. */
  readonly onFinding: (job: ProofJob, finding: ProofFinding) => readonly ProofJob[];
}

/** Runs each job in one of several threads. Rejects with the signal's reason, or with what went wrong in a thread. */
export async function runInThreads(jobs: readonly ProofJob[], options: ThreadsOptions): Promise<void> {
  const { threads, signal, seed, deadlineMs, onFinding } = options;
  const queue = [...jobs];
  let id = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(threadFile("prove/worker"));
    const takeTurns = async (): Promise<void> => {
      for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
        id += 1;
        const again = onFinding(job, await ask(worker, { id, job, seed, deadlineMs }, signal));
        // Before all else: what may have to be tried a third time must not come last.
        queue.unshift(...again);
      }
    };
    try {
      await Promise.all(Array.from({ length: jobsInAThread() }, takeTurns));
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
}

async function ask(worker: Worker, request: ProofRequest, signal: AbortSignal): Promise<ProofFinding> {
  const messages = on(worker, "message", { signal, close: ["exit"] });
  worker.postMessage(request);
  const { suite, faults } = request.job;
  const what = `The suite ${suite} with ${faults.join(", ")}`;
  // Rejects where the thread ends with an error.
  for await (const message of messages) {
    const [answer] = message as [ProofAnswer];
    if (answer.id !== request.id) continue;
    if ("finding" in answer) return answer.finding;
    throw new Error(`${what} could not be tried: ${answer.failure}`);
  }
  throw new Error(`${what}: the thread that tried it has ended.`);
}

/**
 * So many jobs go on in a thread at a time: each waits for more than half of its time, and others have the core
 * meanwhile. On a machine that is busy with something else there is nothing to gain, and checks that time things are late.
 */
function jobsInAThread(): number {
  const [lastMinute = 0] = loadavg();
  const load = lastMinute / availableParallelism();
  if (load >= 2) return 2;
  return load >= 1 ? 4 : 6;
}
