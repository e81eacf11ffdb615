import { setTimeout as pause } from "node:timers/promises";
import { beginWaiting } from "./unstalled-time.ts";

/** How something is polled. */
export interface PollOptions {
  /** Whoever waits stops when it is aborted. */
  readonly signal: AbortSignal;
  /**
   * Between two polls, in milliseconds. Where it is left out, a twentieth of what has been waited so far, between 5 and 100:
   * soon seen what comes soon, and nobody is asked a thousand times for what does not come.
   */
  readonly pauseMs?: number;
}

const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

/** Polls until what is seen is enough, or for `patienceMs` milliseconds without stalls of this process; returns what was seen last. */
export async function pollUntil<Seen>(
  { signal, pauseMs }: PollOptions,
  patienceMs: number,
  look: () => Promise<Seen>,
  isEnough: (seen: Seen) => boolean,
): Promise<Seen> {
  using wait = beginWaiting();
  for (;;) {
    const seen = await look();
    const waitedMs = wait.elapsedMs();
    if (isEnough(seen) || waitedMs > patienceMs) return seen;
    const growing = Math.min(Math.max(waitedMs / 20, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
    await pause(pauseMs ?? growing, undefined, { signal });
  }
}
