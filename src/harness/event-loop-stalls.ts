import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

export interface EventLoopStalls {
  /** For how long at most this process was held up, in milliseconds. */
  readonly heldUpMs: number;
  /** For half of the time this process came so late, or later, to whatever was due, in milliseconds: the longest time is chance. */
  readonly usuallyLateMs: number;
}

/** Does some work; says how much this process was held up meanwhile. */
export async function watchEventLoop<Result>(
  work: () => Promise<Result>,
): Promise<EventLoopStalls & { readonly result: Result }> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const start = performance.now();
  delay.enable();
  try {
    const result = await work();
    const longestMs = Math.max(delay.max / 1e6, unseenMs(delay, performance.now() - start));
    return { result, heldUpMs: Math.round(longestMs), usuallyLateMs: usuallyLateIn(delay) };
  } finally {
    delay.disable();
  }
}

/** What is noted is the time from one tick to the next: what lies before the first and after the last is not in it. */
function unseenMs({ count, mean }: Pick<IntervalHistogram, "count" | "mean">, elapsedMs: number): number {
  return elapsedMs - (count === 0 ? 0 : (count * mean) / 1e6);
}

/** The delay of which the longer ones make up half of the time: there are many short ones, and they take little of it. */
function usuallyLateIn({ percentiles }: Pick<IntervalHistogram, "percentiles">): number {
  let below = 0;
  const parts = [...percentiles].map(([percentile, delay]) => {
    const part = { delay, time: (percentile - below) * delay };
    below = percentile;
    return part;
  });
  const half = parts.reduce((sum, { time }) => sum + time, 0) / 2;
  let time = 0;
  const usual = parts.find((part) => {
    time += part.time;
    return time >= half;
  });
  return Math.max(0, Math.round((usual?.delay ?? 0) / 1e6) - RESOLUTION_MS);
}

export interface IdleOptions {
  /** What passes for calm: held up for no longer than this. */
  readonly limitMs: number;
  /** It is waited no longer than this. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** Waits until this process is not held up any more, or until the patience is over or the signal aborted. */
export async function waitForIdleEventLoop({ limitMs, patienceMs, signal }: IdleOptions): Promise<void> {
  const start = performance.now();
  while (!signal.aborted && performance.now() - start < patienceMs) {
    const { heldUpMs } = await watchEventLoop(() => pause(LOOK_MS));
    if (heldUpMs <= limitMs) return;
  }
}

const RESOLUTION_MS = 5;

/** Long enough to meet with whatever else goes on here. */
const LOOK_MS = 200;
