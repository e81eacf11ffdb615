import { CouldNotRun } from "../../harness/define-check.ts";

/** The value that this many percent of the values do not exceed (nearest rank). Throws {@link CouldNotRun} for none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new CouldNotRun("nothing was timed");
  return value;
}

/** The fewest values of which a P95 says more than the slowest one does. */
export const FEWEST = 20;

/** Throws {@link CouldNotRun} where there are too few values for a percentile near the end. */
export function requireEnough(values: readonly number[]): void {
  if (values.length < FEWEST) throw new CouldNotRun(`timed ${values.length}, of ${FEWEST} that a P95 needs`);
}

/** `P95 12.4 ms`. */
export function percentileInWords(values: readonly number[], percent: number): string {
  return `P${percent} ${Math.round(percentile(values, percent) * 10) / 10} ms`;
}
