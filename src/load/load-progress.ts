import type { LoadProgress } from "../harness/load-report.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import type { DriveProgress } from "./load-messages.ts";
import type { PlannedLoadStep } from "./load-plan.ts";

/** How a run is going this many milliseconds after its start, by what each of its processes has last told. */
export function progressAt(
  elapsed_ms: number,
  steps: readonly PlannedLoadStep[],
  told: readonly DriveProgress[],
): LoadProgress {
  const place = steps.findLastIndex(({ start }) => start <= elapsed_ms);
  const { users = 0, measureFrom = 0, end = 0 } = steps[place] ?? {};
  // One that told last of the step before says nothing of this one.
  const present = told.filter(({ step }) => step === place);
  const firstTokens = LatencyHistogram.empty();
  for (const { first_token } of present) {
    if (first_token !== undefined) firstTokens.merge(LatencyHistogram.decode(first_token));
  }
  const measuredS = (Math.min(elapsed_ms, end) - measureFrom) / 1_000;
  const tokens = sum(present.map((each) => each.tokens));
  const percentile = (percent: number): number | null =>
    firstTokens.count === 0 ? null : firstTokens.percentile(percent);
  return {
    elapsed_ms,
    total_ms: steps.at(-1)?.end ?? 0,
    users,
    running: sum(told.map(({ running }) => running)),
    done: sum(present.map(({ done }) => done)),
    failed: sum(present.map(({ failed }) => failed)),
    tokens_per_s: measuredS > 0 ? Math.round((tokens / measuredS) * 10) / 10 : 0,
    first_token_p50_ms: percentile(50),
    first_token_p95_ms: percentile(95),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
