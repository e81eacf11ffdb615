import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from "hdr-histogram-js";
import type { Distribution } from "../harness/load-report.ts";

/** Three significant digits: each value is exact to a thousandth of itself. */
const DIGITS = 3;

/** Kept in microseconds. */
const UNITS_A_MS = 1_000;

/** Longer than anybody waits, in milliseconds; what takes longer counts as this. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * Times, counted in buckets that are a thousandth of a value wide (HdrHistogram): its size does not grow with what is
 * recorded, and several can be merged without a loss.
 */
export class LatencyHistogram {
  readonly #histogram: Histogram;

  private constructor(histogram: Histogram) {
    this.#histogram = histogram;
  }

  static empty(): LatencyHistogram {
    return new LatencyHistogram(build({ bitBucketSize: 32, numberOfSignificantValueDigits: DIGITS }));
  }

  /** One that {@link encode} has written. */
  static decode(hdr: string): LatencyHistogram {
    const merged = LatencyHistogram.empty();
    // What is read is as large as its largest value, and cannot be added to.
    merged.#histogram.add(decodeFromCompressedBase64(hdr) as Histogram);
    return merged;
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Records a time, in milliseconds; one below zero, which only a clock can make, as zero. */
  record(ms: number): void {
    this.#histogram.recordValue(unitsOf(ms));
  }

  /**
   * Records how late something was that should happen at regular intervals, with all the times at which it did not happen
   * meanwhile: each of them would have been late, too.
   */
  recordEvery(ms: number, everyMs: number): void {
    this.#histogram.recordValueWithExpectedInterval(unitsOf(ms), everyMs * UNITS_A_MS);
  }

  /** Adds all that another one counts. */
  merge(other: LatencyHistogram): void {
    if (other.count > 0) this.#histogram.add(other.#histogram);
  }

  /** The time that this many percent do not exceed, in milliseconds; 0 of none. */
  percentile(percent: number): number {
    return msOf(this.#histogram.getValueAtPercentile(percent));
  }

  /** In HdrHistogram's own format: V2, compressed, base64. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  /** Its figures; null where nothing was recorded. */
  distribution(): Distribution | null {
    if (this.count === 0) return null;
    return {
      count: this.count,
      mean: msOf(this.#histogram.mean),
      p50: this.percentile(50),
      p75: this.percentile(75),
      p90: this.percentile(90),
      p95: this.percentile(95),
      p99: this.percentile(99),
      p99_9: this.percentile(99.9),
      max: msOf(this.#histogram.maxValue),
      hdr: this.encode(),
    };
  }
}

function unitsOf(ms: number): number {
  return Math.round(Math.min(Math.max(ms, 0), LONGEST_MS) * UNITS_A_MS);
}

function msOf(units: number): number {
  return Math.round(units) / UNITS_A_MS;
}
