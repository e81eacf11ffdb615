import type { Distribution, LoadReport, LoadStep } from "../../src/harness/load-report.ts";

/** A distribution whose every percentile is this value. */
export function allAt(ms: number, count = 100): Distribution {
  const same = { p50: ms, p75: ms, p90: ms, p95: ms, p99: ms, p99_9: ms };
  return { count, mean: ms, ...same, max: ms, hdr: "HISTFAAAA" };
}

/** A step in which all went well. */
export function loadStep(changes: Partial<LoadStep> = {}): LoadStep {
  return {
    users: 10,
    measured_ms: 10_000,
    messages: { due: 100, done: 100, failed: 0, cut: 0, unfinished: 0, unsent: 0 },
    failures: {},
    tokens: 1_000,
    tokens_per_s: 100,
    under_way: 3,
    reply_tokens_per_s: { p50: 20, p5: 15 },
    wait_ms: allAt(0),
    accepted_ms: allAt(10),
    first_token_ms: allAt(20),
    gap_ms: allAt(30, 900),
    reply_ms: allAt(300),
    engine_first_token_ms: null,
    other_first_token_ms: null,
    engine_gap_ms: null,
    driver: { late_p95_ms: 1, late_max_ms: 5, cpu: 0.1, is_held_up: false },
    ...changes,
  };
}

/** A load run of these steps. */
export function loadReport(steps: readonly LoadStep[], changes: Partial<LoadReport> = {}): LoadReport {
  return {
    users: steps.at(-1)?.users ?? 0,
    processes: 2,
    pace: { model: "timetable", every_ms: 10_000 },
    reply_tokens: 64,
    duration_ms: 60_000,
    interrupted: false,
    steps,
    knee: { users: null, over_at: null, words: "Not reached.", figures: [] },
    ...changes,
  };
}
