const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

/** The wait before an attempt, in milliseconds, after this many that failed in a row: it doubles, up to 10 s. */
export function retryDelayMs(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS);
}
