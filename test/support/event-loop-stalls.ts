import { onTestFinished } from "vitest";

/** How often is looked, in milliseconds. */
const STEP_MS = 5;

/**
 * Adds up for how long this process is held up, until the test ends: what services in this process take for something
 * is judged less that. Returns what it is by now, in milliseconds.
 */
export function sumEventLoopStalls(): () => number {
  let sum = 0;
  let last = performance.now();
  const look = (): number => {
    const now = performance.now();
    sum += Math.max(0, now - last - STEP_MS);
    last = now;
    return sum;
  };
  const timer = setInterval(look, STEP_MS);
  onTestFinished(() => clearInterval(timer));
  return look;
}
