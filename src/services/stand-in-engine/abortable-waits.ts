import { setTimeout as sleep } from "node:timers/promises";

/** The longest delay that a timer takes (2^31 - 1 ms); beyond it, a timer fires at once. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/** Waits this long. Throws the signal's AbortError as soon as it is aborted. */
export async function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal });
  signal.throwIfAborted();
}

/** The promise's value. Throws the signal's reason as soon as it is aborted; the promise itself goes on. */
export async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
