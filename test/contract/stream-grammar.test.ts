import fc from "fast-check";
import { expect, test } from "vitest";
import type { StreamEvent, StreamStatus } from "../../src/contract/event-schemas.ts";
import { findGrammarFault } from "../../src/contract/stream-grammar.ts";
import { legalStream } from "../support/arbitraries.ts";

const started: StreamEvent = {
  type: "started",
  session_id: "80",
  message_id: "7",
  assistant_message_id: "8",
  model: null,
  model_id: null,
};
const planning: StreamEvent = { type: "status_update", status: "planning" };
const executing: StreamEvent = { type: "status_update", status: "executing" };
const complete: StreamEvent = { type: "status_update", status: "complete" };
const cancelled: StreamEvent = { type: "status_update", status: "cancelled" };
const token: StreamEvent = { type: "token", content: "a" };
const usage: StreamEvent = {
  type: "usage",
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  cost_usd: 0,
  timings: null,
};
const thought: StreamEvent = { type: "thinking", content: "hm" };
const repeating: StreamEvent = { type: "notice", code: "repeating", message: "Again." };
const status = (name: StreamStatus): StreamEvent => ({ type: "status_update", status: name });
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

test("an event other than a piece of text that comes twice is at fault the second time", () => {
  fc.assert(
    fc.property(legalStream, fc.nat(), (events, at) => {
      const candidates = [...events.keys()].filter((index) => !isPiece(events[index]));
      const index = candidates[at % candidates.length] ?? 0;
      const doubled = [...events.slice(0, index + 1), ...events.slice(index)];
      expect(findGrammarFault(doubled)?.index).toBe(index + 1);
    }),
  );
});

test("a missing step is at fault where the next one stands", () => {
  fc.assert(
    fc.property(legalStream, fc.constantFrom("started", "planning", "executing"), (events, name) => {
      const index = events.findIndex((event) =>
        "status" in event ? event.status === name : event.type === name,
      );
      expect(findGrammarFault(events.toSpliced(index, 1))?.index).toBe(index);
    }),
  );
});

/** What follows the event that every stream begins with. */
const begun = (...events: StreamEvent[]): StreamEvent[] => [started, ...events];

test.each<[string, StreamEvent[], number, string]>([
  ["a stream that does not say which reply it is", [planning], 0, "planning"],
  ["a stream that says so twice", begun(planning, started), 2, "started"],
  ["a token before executing", begun(planning, token), 2, "token"],
  ["no usage before done", begun(planning, executing, complete, done), 4, "done stop"],
  ["a token after complete", begun(planning, executing, complete, token), 4, "token"],
  ["done(stop) after a cancel", begun(planning, executing, cancelled, usage, done), 5, "done stop"],
  ["queued after loading", begun(planning, executing, status("loading"), status("queued")), 4, "queued"],
  ["loading after the first thought", begun(planning, executing, thought, status("loading")), 4, "loading"],
  [
    "thinking after the first token",
    begun(planning, executing, token, status("thinking")),
    4,
    "status thinking",
  ],
  [
    "what was left out told late",
    begun(planning, executing, { type: "notice", code: "context_trimmed", message: "Left out." }),
    3,
    "context_trimmed",
  ],
  ["a second word on repetition", begun(planning, executing, repeating, token, repeating), 5, "repeating"],
  [
    "an error that no status announced",
    begun(planning, executing, { type: "error", code: "x", message: "y" }),
    3,
    "error",
  ],
  [
    "awaiting_approval, which no chat stream sends",
    begun(planning, { type: "status_update", status: "awaiting_approval" }),
    2,
    "awaiting_approval",
  ],
])("%s is a fault", (_, events, index, found) => {
  expect(findGrammarFault(events)).toMatchObject({ index, found });
});

test("a fault lists what could have stood there", () => {
  expect(findGrammarFault([planning])?.expected).toEqual(["started"]);
  expect(findGrammarFault(begun(planning, executing, complete, done))?.expected).toEqual(["usage"]);
  expect(findGrammarFault(begun(planning, executing, complete, usage, done, done))?.expected).toEqual([
    "end of stream",
  ]);
});

test("only of a backend without an error event may a failure end with its status and done", () => {
  const events = begun(planning, executing, token, status("error"), { type: "done", finish_reason: "error" });
  expect(findGrammarFault(events)).toMatchObject({ index: 5, expected: ["error"] });
  expect(findGrammarFault(events, { hasErrorEvent: false })).toBeUndefined();
});

function isPiece(event: StreamEvent | undefined): boolean {
  return event?.type === "token" || event?.type === "thinking";
}
