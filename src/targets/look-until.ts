import { setTimeout as pause } from "node:timers/promises";

/** How it is looked again and again. */
export interface Looking {
  /** Whoever waits stops when it is aborted. */
  readonly signal: AbortSignal;
  /** Between two looks, in milliseconds; 5 where it is left out. */
  readonly pauseMs?: number;
}

/** Looks again and again until it is enough, or for this many milliseconds; returns what was seen last. */
export async function lookUntil<Seen>(
  { signal, pauseMs = 5 }: Looking,
  patienceMs: number,
  look: () => Promise<Seen>,
  isEnough: (seen: Seen) => boolean,
): Promise<Seen> {
  const start = performance.now();
  for (;;) {
    const seen = await look();
    if (isEnough(seen) || performance.now() - start > patienceMs) return seen;
    await pause(pauseMs, undefined, { signal });
  }
}
