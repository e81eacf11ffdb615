import * as fc from "fast-check";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { expect, test } from "vitest";
import { percentile } from "../../src/checks/sla/percentile.ts";
import { LatencyHistogram } from "../../src/load/latency-histogram.ts";

/** Times of a stack, in milliseconds: mostly short ones, and a few that took minutes. */
const times = fc.array(
  fc.oneof(fc.double({ min: 0, max: 200, noNaN: true }), fc.double({ min: 0, max: 600_000, noNaN: true })),
  { minLength: 1, maxLength: 300 },
);

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = LatencyHistogram.empty();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** A thousandth of the value, and the microsecond to which it is rounded. */
function tolerance(value: number): number {
  return value / 1_000 + 0.002;
}

test("each percentile is that of the sorted values, to a thousandth of itself, however many processes recorded them", () => {
  fc.assert(
    fc.property(fc.array(times, { minLength: 1, maxLength: 5 }), (shares) => {
      const merged = LatencyHistogram.empty();
      // As processes send them to each other.
      for (const share of shares) merged.merge(LatencyHistogram.decode(histogramOf(share).encode()));
      const all = shares.flat();
      expect(merged.count).toBe(all.length);
      for (const percent of [50, 75, 90, 95, 99, 99.9, 100]) {
        const exact = percentile(all, percent);
        expect(Math.abs(merged.percentile(percent) - exact)).toBeLessThanOrEqual(tolerance(exact));
      }
    }),
    { numRuns: 50 },
  );
});

test("what is merged is the same as what was recorded in one, in any order", () => {
  fc.assert(
    fc.property(times, times, (one, other) => {
      const merged = histogramOf(one);
      merged.merge(histogramOf(other));
      const { hdr: _, mean, ...figures } = merged.distribution() ?? { hdr: "", mean: 0 };
      const {
        hdr: __,
        mean: together,
        ...same
      } = histogramOf([...other, ...one]).distribution() ?? {
        hdr: "",
        mean: 0,
      };
      expect(figures).toEqual(same);
      expect(mean).toBeCloseTo(together, 2);
    }),
    { numRuns: 50 },
  );
});

test("a report's histogram is one that the tools of HdrHistogram read, in microseconds", () => {
  const { hdr = "" } = histogramOf([1, 2, 300]).distribution() ?? {};
  expect(hdr).toMatch(/^HIST/);
  const read = decodeFromCompressedBase64(hdr);
  expect(read.totalCount).toBe(3);
  expect(Math.abs(read.getValueAtPercentile(100) - 300_000)).toBeLessThan(300);
});

test("of nothing there is no distribution; below zero is zero, and longer than a day a day", () => {
  expect(LatencyHistogram.empty().distribution()).toBeNull();
  expect(histogramOf([-1]).percentile(100)).toBe(0);
  expect(histogramOf([Number.MAX_SAFE_INTEGER]).percentile(100)).toBeGreaterThan(86_000_000);
});

test("who looks every 10 ms, and is a second late, was late at each time at which it did not look", () => {
  const lateness = LatencyHistogram.empty();
  for (let look = 0; look < 100; look += 1) lateness.recordEvery(0, 10);
  lateness.recordEvery(1_000, 10);
  expect(lateness.count).toBe(200);
  expect(lateness.percentile(75)).toBeGreaterThan(450);
});
