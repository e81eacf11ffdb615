import { expect, test } from "vitest";
import { goLocalTime, goUtcTime } from "../../../../src/services/stand-in-engine/go/go-time.ts";

test.each([
  ["2026-08-01T10:20:30.120Z", "2026-08-01T10:20:30.12Z"],
  ["2026-08-01T10:20:00.000Z", "2026-08-01T10:20:00Z"],
  ["2026-08-01T10:20:30.001Z", "2026-08-01T10:20:30.001Z"],
])("%s is written as %s", (time, written) => {
  expect(goUtcTime(new Date(time))).toBe(written);
});

test("a local time names the same moment", () => {
  const moment = new Date("2026-08-01T10:20:30.12Z");
  const written = goLocalTime(moment);
  expect(written).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:30\.12(?:Z|[+-]\d\d:\d\d)$/);
  expect(new Date(written)).toEqual(moment);
});
