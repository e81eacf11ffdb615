import { expect, test } from "vitest";
import { RotationReport } from "../../../src/supervisor/daemon/rotation-report.ts";

const DONE = { outcome: "rotated", bytes: 100, droppedBytes: 0, pausedMs: 1.5 } as const;

test("the first rotation is told at once; those of a flood are summed up", () => {
  const report = new RotationReport();
  expect(report.take(0)).toBeUndefined();
  report.add(DONE);
  expect(report.take(0)).toBe("100 bytes were put aside; the service was stopped for 1.5 ms");
  report.add(DONE);
  report.add({ ...DONE, droppedBytes: 7 });
  expect(report.take(9999)).toBeUndefined();
  expect(report.take(10_000)).toBe(
    "200 bytes were put aside in 2 turns and 7 bytes dropped, because it had grown beyond all that is kept of it; the service was stopped for 3 ms",
  );
  expect(report.take(30_000)).toBeUndefined();
});
