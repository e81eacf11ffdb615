import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { announceSlowWaits } from "../../src/cli/slow-wait-notice.ts";
import { readableScreen } from "../support/screen.ts";

// The time that passes is the subject.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

test("on a pipe a long wait is told after 10 s, and each minute after that", () => {
  const { screen, output } = readableScreen(undefined);
  const waits = announceSlowWaits(screen);
  waits.begin("waiting for the reply");
  vi.advanceTimersByTime(9_999);
  expect(output()).toBe("");
  vi.advanceTimersByTime(1);
  expect(output()).toBe("  … waiting for the reply: for 10 s by now\n");
  vi.advanceTimersByTime(60_000);
  expect(output()).toMatch(/: for 70 s by now\n$/);
  waits.end();
  vi.advanceTimersByTime(600_000);
  expect(output().split("\n")).toHaveLength(3);
});

test("what is waited for next begins anew, and what is quick is not told", () => {
  const { screen, output } = readableScreen(undefined);
  const waits = announceSlowWaits(screen);
  for (let check = 1; check <= 10; check += 1) {
    waits.begin(`suite/${check}`);
    vi.advanceTimersByTime(9_000);
  }
  expect(output()).toBe("");
  vi.advanceTimersByTime(1_000);
  expect(output()).toBe("  … suite/10: for 10 s by now\n");
});

test("on a terminal it is a line that the next one replaces", () => {
  const { screen, output } = readableScreen(80);
  announceSlowWaits(screen).begin("waiting");
  vi.advanceTimersByTime(10_000);
  expect(stripVTControlCharacters(output())).toBe("  … waiting: for 10 s by now");
});

test("many short waits in a row are one silence, which is broken every 10 s, and by whatever else is said", () => {
  const { screen, output } = readableScreen(undefined);
  const waits = announceSlowWaits(screen, { breaksSilence: true });
  for (let check = 1; check <= 10; check += 1) {
    waits.begin(`suite/${check}`);
    vi.advanceTimersByTime(4_000);
  }
  expect(output().split("\n")).toEqual([
    "  … suite/3: for 2 s by now",
    "  … suite/5: for 4 s by now",
    "  … suite/8: for 2 s by now",
    "  … suite/10: for 4 s by now",
    "",
  ]);
  vi.advanceTimersByTime(9_000);
  waits.told();
  vi.advanceTimersByTime(9_999);
  expect(output().split("\n")).toHaveLength(5);
  vi.advanceTimersByTime(1);
  expect(output()).toContain("suite/10: for 23 s by now");
  waits.end();
  waits.told();
  vi.advanceTimersByTime(600_000);
  expect(output().split("\n")).toHaveLength(6);
});
