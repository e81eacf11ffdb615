import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseEventData } from "../../src/contract/sse.ts";
import { readStreamEvent } from "../../web/stream-event.ts";

const EVENTS = [
  { type: "session_created", session_id: "1", model_id: null, title: null },
  { type: "status_update", status: "executing", detail: "llama3.1:8b" },
  { type: "token", content: "<b>é</b>" },
  {
    type: "usage",
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    cost_usd: 0,
  },
  { type: "error", code: "engine_error", message: "It broke.", hint: "Mend it." },
  { type: "done", finish_reason: "length" },
];

test.each(EVENTS)("reads $type as the contract does", (event) => {
  const data = JSON.stringify(event);
  expect(readStreamEvent(data)).toEqual(parseEventData(data));
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
  expect(readStreamEvent(data)).toBeUndefined();
});

test("never throws", () => {
  const values = fc.oneof(
    fc.string(),
    fc.json(),
    fc.object().map((value) => JSON.stringify(value)),
  );
  fc.assert(fc.property(values, (data) => readStreamEvent(data) === undefined || true));
});
