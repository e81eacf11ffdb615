import { setTimeout as pause } from "node:timers/promises";

/** How something is polled. */
export interface PollOptions {
  /** Whoever waits stops when it is aborted. */
  readonly signal: AbortSignal;
  /** Between two polls, in milliseconds; 5 where it is left out. */
  readonly pauseMs?: number;
}

/** Polls until what is seen is enough, or for `patienceMs` milliseconds; returns what was seen last. */
export async function pollUntil<Seen>(
  { signal, pauseMs = 5 }: PollOptions,
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
