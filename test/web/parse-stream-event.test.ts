import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseEventData } from "../../src/contract/sse.ts";
import { parseStreamEvent } from "../../web/parse-stream-event.ts";

const EVENTS = [
  {
    type: "started",
    session_id: "1",
    message_id: "2",
    assistant_message_id: "3",
    model: "llama3.1:8b",
    model_id: null,
    created: true,
    title: null,
  },
  { type: "thinking", content: "Hm." },
  { type: "notice", code: "repeating", message: "The text says the same again and again." },
  { type: "status_update", status: "executing", detail: "llama3.1:8b" },
  { type: "token", content: "<b>é</b>" },
  {
    type: "usage",
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    cost_usd: 0,
    timings: null,
  },
  {
    type: "usage",
    usage: { prompt_tokens: null, completion_tokens: 2, total_tokens: null },
    cost_usd: null,
    timings: null,
  },
  { type: "error", code: "engine_error", message: "It broke.", hint: "Mend it." },
  { type: "done", finish_reason: "length" },
];

test.each(EVENTS)("reads $type as the contract does", (event) => {
  const data = JSON.stringify(event);
  expect(parseStreamEvent(data)).toEqual(parseEventData(data));
});

test.each([
  "",
  "[DONE]",
  "null",
  "[]",
  '{"type":"constructor"}',
  '{"type":"token"}',
  '{"type":"token","content":1}',
  '{"type":"usage","usage":null}',
  '{"type":"error","code":"x"}',
  '{"type":"done","finish_reason":"perhaps"}',
])("refuses %s", (data) => {
  expect(parseStreamEvent(data)).toBeUndefined();
});

test("never throws", () => {
  const values = fc.oneof(
    fc.string(),
    fc.json(),
    fc.object().map((value) => JSON.stringify(value)),
  );
  fc.assert(fc.property(values, (data) => parseStreamEvent(data) === undefined || true));
});
