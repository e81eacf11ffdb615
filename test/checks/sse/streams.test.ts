import { describe, expect, test } from "vitest";
import { done as doneCheck } from "../../../src/checks/sse/sse-done.ts";
import { frames } from "../../../src/checks/sse/sse-frames.ts";
import { headers } from "../../../src/checks/sse/sse-headers.ts";
import { ids } from "../../../src/checks/sse/sse-ids.ts";
import { order } from "../../../src/checks/sse/sse-order.ts";
import { schema } from "../../../src/checks/sse/sse-schema.ts";
import { EVENT_STREAM_HEADERS } from "../../../src/contract/sse.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { judge } from "../model-conversation/evidence.ts";
import { complete, done, executing, planning, started, stream, token, usage, whole } from "./evidence.ts";

test.each([schema, order, ids, frames, doneCheck, headers])(
  "$id holds of a stream as it must be",
  (check) => {
    expect(
      judge(check, [stream(), stream([started, planning, executing, complete, usage, done("length")])]),
    ).toMatchObject({
      verdict: "holds",
    });
  },
);

test.each([schema, order, ids, frames, doneCheck, headers])("$id has no verdict without streams", (check) => {
  expect(() => judge(check, [])).toThrow(CouldNotRun);
});

test("schema: broken where an event is none of the contract's, or nothing came", () => {
  const malformed = { at_ms: 1, id: "9:1", event: { malformed: "not JSON: x" } };
  expect(judge(schema, [stream([], { events: [malformed] })])).toMatchObject({ found: "not JSON: x" });
  expect(judge(schema, [stream([])])).toMatchObject({ verdict: "broken", found: "no event" });
});

test.each([
  ["planning twice", [started, planning, ...whole().slice(1)], "planning after started, planning"],
  ["no planning", [executing, token("a"), complete, usage, done()], "executing"],
  [
    "usage after done",
    [planning, executing, complete, done(), usage],
    "done stop after planning, executing, complete",
  ],
  ["no ending", [planning, executing, token("a")], "end of stream after planning, executing, token"],
])("order: broken where there is %s", (_, events, found) => {
  expect(judge(order, [stream(events)])).toMatchObject({ verdict: "broken", found });
});

test.each([
  [
    "count events",
    [{ id: "9:1.0.0" }, { id: "9:3.0.0" }, { id: "9:3.0.1" }, { id: "9:8.0.1" }],
    "9:3.0.1 for token",
  ],
  ["are missing", [{ id: "" }], "no id for planning"],
  ["change the reply", [{ id: "9:1.0.0" }, { id: "8:3.0.0" }], "8:3.0.0 for executing"],
])("ids: broken where they %s", (_, given, found) => {
  const events = [planning, executing, token("ab"), complete].map((event, index) => {
    return { at_ms: index, id: given[index]?.id ?? "", event };
  });
  expect(judge(ids, [stream([], { events: events.slice(0, given.length) })])).toMatchObject({
    verdict: "broken",
    found,
  });
});

test("ids: broken where one stands twice", () => {
  const events = [planning, planning].map((event) => ({ at_ms: 1, id: "9:1.0.0", event }));
  expect(judge(ids, [stream([], { events })])).toMatchObject({
    verdict: "broken",
    found: "step 1 for planning, after step 1",
  });
});

test.each([
  ["a named event", "event: token\nid: 9:1\ndata: {}\n\n"],
  ["no id", "data: {}\n\n"],
  ["two data lines", "id: 9:1\ndata: {\ndata: }\n\n"],
  ["carriage returns", "id: 9:1\r\ndata: {}\r\n\r\n"],
  ["no end of the last frame", ": ok\n\nid: 9:1\ndata: {}"],
  ["no bytes at all", ""],
])("frames: broken where there is %s", (_, latin1) => {
  expect(judge(frames, [stream([], { chunks: [{ at_ms: 1, latin1 }] })])).toMatchObject({
    verdict: "broken",
  });
});

test("frames: a frame may be cut anywhere, also in a character", () => {
  const bytes = stream(whole("ü"))
    .chunks.map(({ latin1 }) => latin1)
    .join("");
  const chunks = [...bytes].map((latin1) => ({ at_ms: 1, latin1 }));
  expect(judge(frames, [stream([], { chunks })])).toMatchObject({ verdict: "holds" });
});

test.each([
  ["is missing", stream(whole().slice(0, -1)), "done 0 times, last: usage"],
  ["comes twice", stream([...whole(), done()]), "done 2 times, last: done"],
  ["is not last", stream([planning, executing, complete, done(), usage]), "done 1 times, last: usage"],
  ["is followed by nothing", stream(whole(), { end: "given-up" }), "a stream still open 5 s after done"],
  ["is followed by a cut", stream(whole(), { end: "cut" }), "a connection that was cut off after done"],
])("done: broken where it %s", (_, seen, found) => {
  expect(judge(doneCheck, [seen])).toMatchObject({ verdict: "broken", found });
});

describe("headers: broken where a stream", () => {
  test.each([
    ["has no charset", { "content-type": "text/event-stream" }],
    ["may be stored", { "cache-control": "no-transform" }],
    ["may be changed", { "cache-control": "no-cache" }],
    ["may be held back", { "x-accel-buffering": "yes" }],
    ["is compressed", { "content-encoding": "gzip" }],
  ])("%s", (_, changes) => {
    const seen = stream(whole(), { headers: { ...EVENT_STREAM_HEADERS, ...changes } });
    const [[name, value] = ["", ""]] = Object.entries(changes);
    expect(judge(headers, [seen])).toMatchObject({ verdict: "broken", found: `${name}: ${value}` });
  });
});
