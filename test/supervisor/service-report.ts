import type { ServiceReport } from "../../src/supervisor/supervisor-protocol.ts";

/** What the supervisor says of a service in this phase, with whatever else a test wants of it. */
export function serviceReport(
  phase: ServiceReport["phase"],
  more: Partial<ServiceReport> = {},
): ServiceReport {
  return {
    phase,
    request: null,
    since: "2026-01-02T03:04:05.678Z",
    ready_ms: null,
    restarts: 0,
    last_exit: null,
    next_start_at: null,
    problem: null,
    ...more,
  };
}
