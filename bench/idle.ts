import { setTimeout as delay } from "node:timers/promises";
import { cpuShare, processUsageOf } from "../src/os/process-usage.ts";

/** How long an idle process is watched: CPU time has a resolution of 10 ms, 0.1 % of this. */
const IDLE_MS = 10_000;

/** What a process takes that has nothing to do. */
export interface IdleUsage {
  readonly memoryMiB: number;
  /** Of a core. */
  readonly idlePercent: number;
}

/** Measures what a process takes while it is left alone. Throws where it ends meanwhile. */
export async function watchIdle(pid: number): Promise<IdleUsage> {
  const before = { ...processUsageOf([pid]), at: performance.now() };
  await delay(IDLE_MS);
  const after = processUsageOf([pid]);
  if (after.processes === 0) throw new Error(`The supervisor (pid ${pid}) is gone.`);
  return {
    memoryMiB: after.rssBytes / 1024 / 1024,
    idlePercent: 100 * cpuShare(before, after, performance.now() - before.at),
  };
}
