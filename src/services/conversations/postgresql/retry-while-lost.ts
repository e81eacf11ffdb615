import { setTimeout as sleep } from "node:timers/promises";
import { isWorthAnotherTry, postgresqlStoreError } from "./postgresql-errors.ts";

/** The pauses between two tries grow from the first to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

/** How long something is tried, and how messages call the database. */
export interface RetryWhileLost {
  /** In milliseconds. */
  readonly patienceMs: number;
  readonly name: string;
}

/** Tries again while the server is away, or has lost the connection. Throws a WireError of what goes wrong in the end. */
export async function retryWhileLost<Result>(
  attempt: () => Promise<Result>,
  { patienceMs, name }: RetryWhileLost,
): Promise<Result> {
  const deadline = performance.now() + patienceMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isWorthAnotherTry(error) || performance.now() >= deadline) throw postgresqlStoreError(error, name);
    }
    await sleep(pause);
  }
}
