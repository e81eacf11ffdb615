/** The middle of some samples, and how far the middle half of them spreads. */
export interface Spread {
  readonly median: number;
  /** A quarter of the samples lies below. */
  readonly low: number;
  /** A quarter of the samples lies above. */
  readonly high: number;
}

export function spreadOf(samples: readonly number[]): Spread {
  return { median: quantile(samples, 0.5), low: quantile(samples, 0.25), high: quantile(samples, 0.75) };
}

/** The value below which this share (0 to 1) of the samples lies; between two samples, linear. */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new Error("There is no sample.");
  const sorted = [...samples].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** The greatest of some, rounded; null where there is none. */
export function greatest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.round(Math.max(...values));
}
