import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

export interface HoldUps {
  /** For how long at most this process was held up, in milliseconds. */
  readonly heldUpMs: number;
  /** How late at P95 this process came to whatever was due, in milliseconds: what is usual, where the longest time is chance. */
  readonly lateP95Ms: number;
}

/** Does some work; says how much this process was held up meanwhile. */
export async function watchEventLoop<Result>(
  work: () => Promise<Result>,
): Promise<HoldUps & { readonly result: Result }> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  try {
    const result = await work();
    const lateP95Ms = Math.max(0, Math.round(delay.percentile(95) / 1e6) - RESOLUTION_MS);
    return { result, heldUpMs: Math.round(delay.max / 1e6), lateP95Ms };
  } finally {
    delay.disable();
  }
}

export interface CalmOptions {
  /** What passes for calm: held up for no longer than this. */
  readonly limitMs: number;
  /** It is waited no longer than this. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** Waits until this process is not held up any more, or until the patience is over or the signal aborted. */
export async function waitForCalm({ limitMs, patienceMs, signal }: CalmOptions): Promise<void> {
  const start = performance.now();
  while (!signal.aborted && performance.now() - start < patienceMs) {
    const { heldUpMs } = await watchEventLoop(() => pause(LOOK_MS));
    if (heldUpMs <= limitMs) return;
  }
}

const RESOLUTION_MS = 5;

/** Long enough to meet with whatever else goes on here. */
const LOOK_MS = 200;
