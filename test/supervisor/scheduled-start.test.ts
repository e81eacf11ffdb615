import { expect, onTestFinished, test, vi } from "vitest";
import { msUntilStart, scheduledStartIn } from "../../src/supervisor/scheduled-start.ts";
import type { ServiceReport } from "../../src/supervisor/supervisor-protocol.ts";
import { serviceReport } from "./service-report.ts";

const backoff = (next: Partial<ServiceReport>) => serviceReport("backoff", next);

test.each([-86_400_000, 0, 86_400_000])("a pause goes on though the clock was set by %d ms", (ms) => {
  const known = backoff(scheduledStartIn(20_000));
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  onTestFinished(() => void vi.useRealTimers());
  expect(msUntilStart(known, 30_000)).toBeGreaterThan(15_000);
  expect(msUntilStart(known, 30_000)).toBeLessThanOrEqual(20_000);
});

test("a pause is never longer than its policy has it: the machine may have been booted again", () => {
  expect(msUntilStart(backoff(scheduledStartIn(86_400_000)), 30_000)).toBe(30_000);
  expect(msUntilStart(backoff({ next_start_at: "2026-01-02T03:04:05.678Z" }), 30_000)).toBe(0);
});
