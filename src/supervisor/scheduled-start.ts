import type { ServiceReport } from "./supervisor-protocol.ts";

/** Milliseconds of the machine's clock that nobody sets, the same for all processes until it is booted again. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** When a pause that begins now is over, for people and for the next supervisor. */
export function scheduledStartIn(ms: number): Required<Pick<ServiceReport, "next_start_at" | "start_due">> {
  return { next_start_at: new Date(Date.now() + ms).toISOString(), start_due: monotonicMs() + ms };
}

/**
 * How long a service still waits for its next start, in milliseconds, whatever became of the time of day meanwhile.
 *
 * @param mostMs the longest pause that its policy knows: the machine may have been booted again
 */
export function msUntilStart(before: ServiceReport | undefined, mostMs: number): number {
  const left = (before?.start_due ?? 0) - monotonicMs();
  return left > 0 ? Math.min(left, mostMs) : 0;
}
