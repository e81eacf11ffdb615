import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import {
  type CheckResult,
  countOutcomes,
  type Outcome,
  type RunEvent,
  type RunReport,
} from "../../src/harness/run-report.ts";
import { createTerminalReporter } from "../../src/reporters/terminal-reporter.ts";
import { readableScreen } from "../support/screen.ts";

/** The lines that a reporter writes into a pipe for these events. */
function linesFor(...events: RunEvent[]): string[] {
  const { screen, output } = readableScreen();
  const report = createTerminalReporter(screen);
  for (const event of events) report(event);
  return output().split("\n").slice(0, -1);
}

function ended(outcome: Outcome): RunEvent {
  const result: CheckResult = {
    id: "suite/one",
    claim: "one is so",
    why: "because",
    look_at: "the place",
    duration_ms: 1,
    attempts: 1,
    outcome,
  };
  return { type: "check-ended", result };
}

function runEnded(changes: Partial<RunReport> = {}): RunEvent {
  const report: RunReport = {
    report_version: 1,
    seed: "7",
    suites: [],
    target: "a target",
    started_at: "2026-01-01T00:00:00.000Z",
    duration_ms: 1234,
    results: [],
    counts: { holds: 9, broken: 0, flaky: 0, skipped: 0, could_not_run: 0 },
    left_behind: [],
    interrupted: false,
    ...changes,
  };
  return { type: "run-ended", report };
}

const broken = { verdict: "broken", expected: "a", found: "b", seen: "GET /x" } as const;

test("a run begins with its target", () => {
  const suites = [{ name: "suite", title: "A suite.", checks: 9 }];
  const started = { type: "run-started", target: "the running stack", suites } as const;
  expect(linesFor(started)).toEqual(["  Target: the running stack", ""]);
});

test("what runs is not written into a pipe", () => {
  expect(linesFor({ type: "check-started", id: "suite/one", claim: "one is so" })).toEqual([]);
});

test("a claim that holds is one line", () => {
  expect(linesFor(ended({ verdict: "holds", seen: "it" }))).toEqual(["  ✓ one is so"]);
});

test("a broken claim says what shows it and where to look", () => {
  const rows = [{ message_id: "1", model_id: null, content: "Hello you", tags: ["x"], usage: null }];
  expect(linesFor(ended({ ...broken, rows }))).toEqual([
    "  ✗ one is so",
    "      expected   a",
    "      found      b",
    "      seen       GET /x",
    '      row        message_id 1  model_id null  content "Hello you"',
    "      look at    the place",
  ]);
});

test("the lines that show it again are not wrapped, on however narrow a terminal", () => {
  const { screen, output } = readableScreen(60);
  const report = createTerminalReporter(screen);
  const commands = [
    `curl -sS "$HMI/api/chat/sessions" -H 'Content-Type: application/json' -d '{"model_id": 1}'   # gives SESSION_ID`,
    `curl -sSN "$HMI/api/chat/stream/$SESSION_ID" -H 'Accept: text/event-stream' -H 'Last-Event-ID: 7'`,
  ];
  const suites = ["one", "two"].map((name) => ({ name, title: "A suite.", checks: 9 }));
  report({ type: "run-started", target: "the running stack", suites });
  const { result } = ended(broken) as Extract<RunEvent, { type: "check-ended" }>;
  report({ type: "check-ended", result: { ...result, commands } });
  report({
    type: "suite-ended",
    suite: { name: "one", title: "A suite.", duration_ms: 1, counts: countOutcomes([result]) },
  });
  const lines = stripVTControlCharacters(output()).split("\n");
  expect(lines).toContain(`        try        ${commands[0]}`);
  expect(lines).toContain(`                   ${commands[1]}`);
});

test("rows are shortened, and only the first are shown", () => {
  const rows = Array.from({ length: 10 }, (_, id) => ({ id, content: "x".repeat(100) }));
  const lines = linesFor(ended({ ...broken, rows }));
  expect(lines.filter((line) => line.startsWith("      row "))).toHaveLength(8);
  expect(lines[4]).toBe(`      row        id 0  content ${"x".repeat(47)}…`);
  expect(lines.at(-2)).toBe("                 and 2 more; --json has them all");
});

test("what a target said cannot steer the terminal", () => {
  const evil = "\u001b[2J";
  const lines = linesFor(ended({ ...broken, found: evil, seen: evil, rows: [{ content: evil }] }));
  expect(lines.join("\n")).not.toContain("\u001b");
});

test.each([
  [{ verdict: "skipped", reason: "no rows" }, "  - one is so", "      skipped    no rows"],
  [{ verdict: "could-not-run", reason: "500" }, "  ? one is so", "      not run    500"],
] as const)("%o says its reason", (outcome, first, second) => {
  expect(linesFor(ended(outcome))).toEqual([first, second]);
});

test("a flaky claim tells what it was at first", () => {
  expect(linesFor(ended({ verdict: "flaky", first: broken, seen: "it" }))).toEqual([
    "  ~ one is so",
    "      flaky      held at attempt 1; before that it did not:",
    "      expected   a",
    "      found      b",
    "      seen       GET /x",
    "      look at    the place",
  ]);
});

test("of several suites each is a line, with the claims that do not hold under it", () => {
  const suites = ["one", "two"].map((name) => ({ name, title: "A suite.", checks: 2 }));
  const counts = { holds: 2, broken: 0, flaky: 0, skipped: 0, could_not_run: 0 };
  const suite = { name: "one", title: "A suite.", duration_ms: 100, counts };
  const lines = linesFor(
    { type: "run-started", target: "it", suites },
    ended({ verdict: "holds", seen: "it" }),
    { type: "suite-ended", suite },
    ended({ verdict: "skipped", reason: "no rows" }),
    { type: "suite-ended", suite: { ...suite, name: "two", counts: { ...counts, holds: 1, skipped: 1 } } },
  );
  expect(lines.slice(2)).toEqual([
    "  ✓ one                  2 hold, 0 broken, 0 skipped  0.1 s",
    "  ✓ two                  1 hold, 0 broken, 1 skipped  0.1 s",
    "    - one is so",
    "        skipped    no rows",
  ]);
});

test("claims of a suite that are skipped for one reason are told together", () => {
  const suites = ["one", "two"].map((name) => ({ name, title: "A suite.", checks: 4 }));
  const counts = { holds: 0, broken: 0, flaky: 0, skipped: 4, could_not_run: 0 };
  const skipped = (id: string, reason: string): RunEvent => {
    const event = ended({ verdict: "skipped", reason });
    return event.type === "check-ended" ? { ...event, result: { ...event.result, id: `one/${id}` } } : event;
  };
  const lines = linesFor(
    { type: "run-started", target: "it", suites },
    skipped("a", "another wire"),
    skipped("b", "no rows"),
    skipped("c", "another wire"),
    skipped("d", "another wire"),
    { type: "suite-ended", suite: { name: "one", title: "A suite.", duration_ms: 100, counts } },
  );
  expect(lines.slice(3)).toEqual([
    "    - one is so",
    "        skipped    no rows",
    "    - 3 claims: a, c, d",
    "        skipped    another wire",
  ]);
});

test("a suite of which nothing was tried, after Ctrl-C, is not told as a good one", () => {
  const counts = { holds: 0, broken: 0, flaky: 0, skipped: 0, could_not_run: 0 };
  const suites = ["one", "two"].map((name) => ({ name, title: "A suite.", checks: 2 }));
  const lines = linesFor(
    { type: "run-started", target: "it", suites },
    { type: "suite-ended", suite: { name: "two", title: "A suite.", duration_ms: 0, counts } },
  );
  expect(lines.slice(2)).toEqual(["  · two                  not tried  0.0 s"]);
});

test("a suite of which nothing was judged has no green tick", () => {
  const counts = { holds: 0, broken: 0, flaky: 0, skipped: 2, could_not_run: 0 };
  const suites = ["one", "two"].map((name) => ({ name, title: "A suite.", checks: 2 }));
  const lines = linesFor(
    { type: "run-started", target: "it", suites },
    { type: "suite-ended", suite: { name: "one", title: "A suite.", duration_ms: 100, counts } },
  );
  expect(lines.slice(2)).toEqual(["  · one                  0 hold, 0 broken, 2 skipped  0.1 s"]);
});

test("a run ends with its figures", () => {
  expect(linesFor(runEnded())).toEqual([
    "",
    "  9 hold, 0 broken, 0 skipped in 1.2 s. All that was created has been deleted.",
  ]);
});

test("what could not run, or was interrupted, or is left behind, is said", () => {
  const counts = { holds: 5, broken: 1, flaky: 0, skipped: 1, could_not_run: 2 };
  const left_behind = ["deleting profile 7: boom"];
  expect(linesFor(runEnded({ counts, left_behind, interrupted: true }))).toEqual([
    "",
    "  Interrupted.",
    "  5 hold, 1 broken, 1 skipped, 2 could not run in 1.2 s.",
    "  The same run again: --seed 7",
    "  left behind  deleting profile 7: boom",
  ]);
});

test("claims that nothing would let be judged are told in one line, whatever their suites", () => {
  const reason = "it is another wire: no setting would change that";
  const never = ended({ verdict: "skipped", reason });
  const counts = { holds: 1, broken: 0, flaky: 0, skipped: 2, could_not_run: 0 };
  const suite = { name: "one", title: "A suite.", duration_ms: 100, counts };
  const none = { ...suite, name: "two", counts: { ...counts, holds: 0 } };
  const started = [suite, none].map(({ name, title }) => ({ name, title, checks: 3 }));
  const results = [never, never, never, never].flatMap((event) =>
    event.type === "check-ended" ? [event.result] : [],
  );
  const lines = linesFor(
    { type: "run-started", target: "t", suites: started },
    never,
    never,
    { type: "suite-ended", suite },
    never,
    never,
    { type: "suite-ended", suite: none },
    runEnded({ suites: [suite, none], results, counts: { ...counts, skipped: 5 } }),
  );
  expect(lines.slice(2)).toEqual([
    "  ✓ one                  1 hold, 0 broken, 0 skipped  0.1 s",
    "  · two                  is about what this target does not have  0.1 s",
    "",
    "  1 hold, 0 broken, 1 skipped in 1.2 s. All that was created has been deleted.",
    "  4 more do not apply (--json names them): it is another wire: no setting would change that.",
  ]);
});
