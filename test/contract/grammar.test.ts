import fc from "fast-check";
import { expect, test } from "vitest";
import type { StreamEvent } from "../../src/contract/events.ts";
import { findGrammarFault } from "../../src/contract/grammar.ts";
import { legalStream } from "../support/arbitraries.ts";

const planning: StreamEvent = { type: "status_update", status: "planning" };
const executing: StreamEvent = { type: "status_update", status: "executing" };
const complete: StreamEvent = { type: "status_update", status: "complete" };
const cancelled: StreamEvent = { type: "status_update", status: "cancelled" };
const token: StreamEvent = { type: "token", content: "a" };
const usage: StreamEvent = {
  type: "usage",
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  cost_usd: 0,
};
const done: StreamEvent = { type: "done", finish_reason: "stop" };

test("every legal stream is accepted", () => {
  fc.assert(
    fc.property(legalStream, (events) => {
      expect(findGrammarFault(events)).toBeUndefined();
    }),
  );
});

test("a stream that stops early is at fault where it stops", () => {
  fc.assert(
    fc.property(legalStream, fc.nat(), (events, at) => {
      const length = at % events.length;
      const fault = findGrammarFault(events.slice(0, length));
      expect(fault).toMatchObject({ index: length, found: "end of stream" });
    }),
  );
});

test("an event other than a token that comes twice is at fault the second time", () => {
  fc.assert(
    fc.property(legalStream, fc.nat(), (events, at) => {
      const candidates = [...events.keys()].filter((index) => events[index]?.type !== "token");
      const index = candidates[at % candidates.length] ?? 0;
      const doubled = [...events.slice(0, index + 1), ...events.slice(index)];
      expect(findGrammarFault(doubled)?.index).toBe(index + 1);
    }),
  );
});

test("a missing step is at fault where the next one stands", () => {
  fc.assert(
    fc.property(legalStream, fc.constantFrom("planning", "executing"), (events, name) => {
      const index = events.findIndex((event) => event.type === "status_update" && event.status === name);
      expect(findGrammarFault(events.toSpliced(index, 1))?.index).toBe(index);
    }),
  );
});

test.each<[string, StreamEvent[], number, string]>([
  ["a token before executing", [planning, token], 1, "token"],
  ["no usage before done", [planning, executing, complete, done], 3, "done stop"],
  ["a token after complete", [planning, executing, complete, token], 3, "token"],
  ["done(stop) after a cancel", [planning, executing, cancelled, usage, done], 4, "done stop"],
  [
    "session_created late",
    [planning, { type: "session_created", session_id: "1", model_id: null, title: null }],
    1,
    "session_created",
  ],
  [
    "an error that no status announced",
    [planning, executing, { type: "error", code: "x", message: "y" }],
    2,
    "error",
  ],
  [
    "awaiting_approval, which no chat stream sends",
    [planning, { type: "status_update", status: "awaiting_approval" }],
    1,
    "awaiting_approval",
  ],
])("%s is a fault", (_, events, index, found) => {
  expect(findGrammarFault(events)).toMatchObject({ index, found });
});

test("a fault lists what could have stood there", () => {
  expect(findGrammarFault([planning, executing, complete, done])?.expected).toEqual(["usage"]);
  expect(findGrammarFault([planning, executing, complete, usage, done, done])?.expected).toEqual([
    "end of stream",
  ]);
});

test("only of a backend without an error event may a failure end with its status and done", () => {
  const failed: StreamEvent = { type: "status_update", status: "error" };
  const events: StreamEvent[] = [
    planning,
    executing,
    token,
    failed,
    { type: "done", finish_reason: "error" },
  ];
  expect(findGrammarFault(events)).toMatchObject({ index: 4, expected: ["error"] });
  expect(findGrammarFault(events, { hasErrorEvent: false })).toBeUndefined();
});
