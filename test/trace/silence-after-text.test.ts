import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SilenceAfterText } from "../../src/trace/silence-after-text.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function heard(...atMs: readonly number[]): SilenceAfterText {
  const silence = new SilenceAfterText();
  for (const at_ms of atMs) silence.take({ kind: "text", text: "word ", at_ms });
  return silence;
}

test("before its first piece a reply is waited for, whatever else it tells", () => {
  using silence = heard();
  silence.take({ kind: "model", name: "smollm2", at_ms: 5 });
  vi.advanceTimersByTime(600_000);
  expect(silence.signal.aborted).toBe(false);
});

test.each([
  ["of a quick pace", [0, 20, 40], 15_000],
  ["of one piece", [0], 15_000],
  ["that has paused before", [0, 2_000, 2_020], 40_000],
])("a reply %s is given up after a silence that this does not explain", (_, pieces, silentMs) => {
  using silence = heard(...pieces);
  vi.advanceTimersByTime(silentMs - 100);
  expect(silence.signal.aborted).toBe(false);
  vi.advanceTimersByTime(200);
  expect(silence.signal.aborted).toBe(true);
});

test("nothing is given up once it was heard to its end", () => {
  const silence = heard(0, 20);
  silence[Symbol.dispose]();
  vi.advanceTimersByTime(60_000);
  expect(silence.signal.aborted).toBe(false);
});
