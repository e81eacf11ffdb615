import { on } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { threadFile } from "../files/package-root.ts";
import { REPLICAS } from "../verify/in-process-replicas.ts";
import type { ProofJob } from "./plan-proof.ts";
import type { ProofAnswer, ProofFinding, ProofRequest, ProofSettings } from "./proof-worker.ts";

export interface ThreadsOptions extends ProofSettings {
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Told of each job as it ends; returns what is to be done after all because of it. */
  readonly onFinding: (job: ProofJob, finding: ProofFinding) => readonly ProofJob[];
}

/** Runs each job in one of several threads. Rejects with the signal's reason, or with what went wrong in a thread. */
export async function runInThreads(jobs: readonly ProofJob[], options: ThreadsOptions): Promise<void> {
  const { threads, signal, seed, deadlineMs, postgresql, onFinding } = options;
  // These are judged one at a time, so that they must not come last.
  const queue = jobs.toSorted((a, b) => Number(isOnReplicas(b)) - Number(isOnReplicas(a)));
  let replicasRun = false;
  const takeJob = (): ProofJob | undefined => {
    const index = queue.findIndex((job) => !replicasRun || !isOnReplicas(job));
    const [job] = index < 0 ? [] : queue.splice(index, 1);
    replicasRun ||= job !== undefined && isOnReplicas(job);
    return job;
  };
  let id = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(threadFile("prove/proof-worker"), {
      // What a request leaves behind is collected less often: a fourteenth of all the time.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    const doJob = async (job: ProofJob): Promise<void> => {
      id += 1;
      const again = onFinding(job, await ask(worker, { id, job, seed, deadlineMs, postgresql }, signal));
      // Before all else: what may have to be tried a third time must not come last.
      queue.unshift(...again);
    };
    const hasTime = timeIn(worker);
    const running = new Set<Promise<void>>();
    try {
      while (queue.length > 0 || running.size > 0) {
        const takesMore = running.size < (hasTime() ? MOST_JOBS : LEAST_JOBS);
        const job = takesMore ? takeJob() : undefined;
        if (job !== undefined) {
          const done = doJob(job).finally(() => {
            running.delete(done);
            if (isOnReplicas(job)) replicasRun = false;
          });
          running.add(done);
        }
        await Promise.race([...running, pause(LOOK_MS)]);
      }
    } finally {
      await worker.terminate();
      // Those beside one that failed have failed by that.
      await Promise.allSettled(running);
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
}

/** Several copies have some sixty connections to their PostgreSQL, which takes a hundred where nobody said otherwise. */
function isOnReplicas({ suite }: ProofJob): boolean {
  return suite === REPLICAS;
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
 * How many jobs go on in a thread at a time, at least and at most: each waits for more than half of its time, and others
 * have the core meanwhile.
 */
const LEAST_JOBS = 2;
const MOST_JOBS = 8;

/** How often is looked whether a thread may take one more, in milliseconds. */
const LOOK_MS = 100;

/** A thread that was busy for no more than this share of the time takes one more. */
const BUSY = 0.7;

/** A machine on which this thread was held up for longer is busy with something else, and so for a while, in milliseconds. */
const LATE_MS = 20;
const FOR_A_WHILE_MS = 2_000;

/**
 * Tells whether a thread had time left since that was asked last. On a machine that is busy with something else there is
 * nothing to gain, and checks that time things are late.
 */
function timeIn(worker: Worker): () => boolean {
  const loop = worker.performance;
  const delay = monitorEventLoopDelay({ resolution: LATE_MS / 4 });
  delay.enable();
  let last = loop.eventLoopUtilization();
  let lateAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = loop.eventLoopUtilization();
    const { active, utilization } = loop.eventLoopUtilization(now, last);
    if (delay.max / 1e6 > LATE_MS) lateAt = performance.now();
    last = now;
    delay.reset();
    // Nothing is known of a thread that has not begun.
    return active > 0 && utilization < BUSY && performance.now() - lateAt > FOR_A_WHILE_MS;
  };
}
