import { expect, test } from "vitest";
import { reportSource } from "../../src/reporters/source-check-lines.ts";
import type { Finding, SourceReport } from "../../src/source-check/source-report.ts";
import { readableScreen } from "../support/screen.ts";

const FINDING: Finding = {
  kind: "none-passed",
  file: "backend/main.py",
  line: 2165,
  column: 9,
  source: "model_id=None,",
  endpoint: "general_stream",
  route: "GET /api/chat/general-stream",
  name: "model_id",
  found: "general_stream accepts model_id and passes None for it to save_chat_message_v2.",
  instead: "model_id=model_id",
};

function linesFor(changes: Partial<SourceReport>): string[] {
  const { screen, output } = readableScreen();
  reportSource(screen, {
    root: "backend",
    parameters: ["model_id"],
    functions: ["save_*"],
    clients: ["client"],
    findings: [],
    unreadable: [],
    counts: { files: 37, endpoints: 80, accepting: 14, calls: 29, not_followed: 0 },
    not_judged: null,
    duration_ms: 240,
    ...changes,
  });
  return output().split("\n").slice(0, -1);
}

test("a finding is a place, the line there, what is wrong, and what to write", () => {
  expect(linesFor({ findings: [FINDING] })).toEqual([
    "  ✗ backend/main.py:2165:9  None is passed for model_id",
    "      line       model_id=None,",
    "      found      general_stream accepts model_id and passes None for it to save_chat_message_v2.",
    "      write      model_id=model_id",
    "",
    "  1 place found: 29 calls in 14 endpoints that accept model_id, 37 Python files in 0.2 s.",
  ]);
});

test("where nothing is found, it says how much was judged", () => {
  expect(linesFor({})).toEqual([
    "  Nothing found: 29 calls in 14 endpoints that accept model_id, 37 Python files in 0.2 s.",
  ]);
});

test("what could not be followed is counted", () => {
  const counts = { files: 1, endpoints: 2, accepting: 1, calls: 3, not_followed: 2 };
  expect(linesFor({ counts })).toEqual([
    "  Nothing found: 3 calls (2 of them could not be followed) in 1 endpoint that accepts model_id, 1 Python file in 0.2 s.",
  ]);
});

test("a file that could not be read is named, and counted in the sum", () => {
  const unreadable = [
    { file: "backend/old.py", line: 3, reason: "it is not utf-8 text" },
    { file: "backend/locked", line: null, reason: "EACCES: permission denied" },
  ];
  expect(linesFor({ unreadable })).toEqual([
    "  ? backend/old.py:3  could not be read: it is not utf-8 text",
    "  ? backend/locked  could not be read: EACCES: permission denied",
    "",
    "  Nothing found, 2 not read: 29 calls in 14 endpoints that accept model_id, 37 Python files in 0.2 s.",
  ]);
});

test("a check that judged nothing says why, and what to do", () => {
  expect(linesFor({ not_judged: { reason: "no endpoint was found", hint: "Name the folder." } })).toEqual([
    "  Nothing was judged: no endpoint was found. 37 Python files in 0.2 s.",
    "  Name the folder.",
  ]);
});

test("a source line cannot steer the terminal, and one that nobody can read is cut", () => {
  const steering = { ...FINDING, source: `\u001b[2J${"x".repeat(500)}` };
  const line = linesFor({ findings: [steering] })[1] ?? "";
  expect(line).toMatch(/^ {6}line {7}⟨U\+001B⟩\[2Jx+…$/);
  expect(line.length).toBeLessThan(200);
});
