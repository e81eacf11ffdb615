import fc from "fast-check";
import { expect, test } from "vitest";
import { STEP, type StreamPlace } from "../../src/contract/event-id.ts";
import { StreamEvent } from "../../src/contract/event-schemas.ts";
import { encodeEvent, HEARTBEAT, parseEventData } from "../../src/contract/sse.ts";
import { createSseDecoder } from "../../src/contract/sse-decoder.ts";
import { anyCut, anyText, anyToken, cut, legalStream } from "../support/arbitraries.ts";

interface Seen {
  messages: { id: string; data: string; event: string | undefined }[];
  comments: string[];
}

function decode(text: string, sizes: readonly number[]): Seen {
  const seen: Seen = { messages: [], comments: [] };
  const decoder = createSseDecoder({
    onMessage: ({ id, data, event }) => seen.messages.push({ id, data, event }),
    onComment: (comment) => seen.comments.push(comment),
  });
  for (const chunk of cut(Buffer.from(text), sizes)) decoder.push(chunk);
  return seen;
}

/** Some place in a text. */
const at = (text: number): StreamPlace => ({ step: STEP.executing, thinking: 0, text });

test("any stream in any cut comes out as it went in, with its ids", () => {
  fc.assert(
    fc.property(legalStream, anyCut, (events, sizes) => {
      const text = events
        .map((event, text) => encodeEvent({ messageId: "m", place: at(text) }, event))
        .join(HEARTBEAT);
      const { messages, comments } = decode(text, sizes);
      expect(messages.map(({ data }) => parseEventData(data))).toEqual(events);
      expect(messages.map(({ id }) => id)).toEqual(events.map((_, text) => `m:3.0.${text}`));
      expect(comments).toHaveLength(events.length - 1);
    }),
  );
});

test("any text survives one byte and two bytes at a time", () => {
  fc.assert(
    fc.property(anyToken, fc.constantFrom(1, 2), (event, size) => {
      const { messages } = decode(encodeEvent({ messageId: "m", place: at(3) }, event), [size]);
      expect(messages.map(({ data }) => parseEventData(data))).toEqual([event]);
    }),
  );
});

test.each(["token", "thinking"])("a %s is read as the schema reads it, whatever it holds", (type) => {
  const anyContent = fc.oneof(anyText, fc.constantFrom("", "\ud800", "a\udc00", null, 1, {}, undefined));
  fc.assert(
    fc.property(anyContent, fc.option(anyText, { nil: undefined }), (content, more) => {
      const data = JSON.stringify({ type, content, more });
      const expected = StreamEvent.safeParse(JSON.parse(data));
      if (expected.success) expect(parseEventData(data)).toEqual(expected.data);
      else expect(parseEventData(data)).toHaveProperty("malformed");
    }),
  );
});

test("an event is one id line, one data line and a blank line, whatever its text", () => {
  fc.assert(
    fc.property(anyText, (detail) => {
      const event: StreamEvent = { type: "status_update", status: "planning", detail };
      const lines = encodeEvent({ messageId: "m", place: at(1) }, event).split(/\r\n|[\r\n]/);
      expect(lines).toEqual(["id: m:3.0.1", `data: ${JSON.stringify(event)}`, "", ""]);
    }),
  );
});

test.each(["\n", "\r\n", "\r"])("foreign streams with line breaks %j are read", (line) => {
  const { messages } = decode(["\ufeffid: 7", "event: token", "data: a", "data: b", "", ""].join(line), [1]);
  expect(messages).toEqual([{ id: "7", data: "a\nb", event: "token" }]);
});

test("an event without an id has the id of the one before it", () => {
  const { messages } = decode("data: a\n\nid: 7\ndata: b\n\ndata: c\n\n", [3]);
  expect(messages.map(({ id }) => id)).toEqual(["", "7", "7"]);
});

test("a heartbeat is a comment, not a message", () => {
  expect(decode(HEARTBEAT, [1])).toEqual({ messages: [], comments: ["keep-alive"] });
});

test("an event that the stream was cut in the middle of is not handed out", () => {
  expect(decode('id: m:1\ndata: {"type":"done"', [4]).messages).toEqual([]);
});

test("what an event's sink throws reaches whoever pushed the bytes", () => {
  const decoder = createSseDecoder({
    onMessage() {
      throw new Error("refused");
    },
  });
  expect(() => decoder.push(Buffer.from("data: a\n\n"))).toThrow("refused");
});

test.each(["data: 123456789012", "data: 12345\ndata: 67890\ndata: 1\n"])(
  "an event longer than the decoder takes is refused: %j",
  (text) => {
    const decoder = createSseDecoder({ onMessage: () => undefined }, 10);
    expect(() => decoder.push(Buffer.from(text))).toThrow("an event is longer than 10 characters");
  },
);

test("unknown extra fields of an event are accepted and dropped", () => {
  expect(parseEventData('{"type":"token","content":"a","extra":1}')).toEqual({ type: "token", content: "a" });
});

test.each([
  ["not JSON", "[DONE]", "not JSON: [DONE]"],
  ["no type", "{}", "type"],
  ["an unknown type", '{"type":"thought"}', "type"],
  ["an empty thought", '{"type":"thinking","content":""}', "content"],
  ["an unknown notice", '{"type":"notice","code":"other","message":"x"}', "code"],
  ["an empty token", '{"type":"token","content":""}', "content"],
  ["half of a surrogate pair", '{"type":"token","content":"\\ud83c"}', "surrogate"],
  ["half of a surrogate pair in a thought", '{"type":"thinking","content":"\\ud83c"}', "surrogate"],
  ["a stream that does not say which reply it is", '{"type":"started"}', "assistant_message_id"],
  ["a sum of what was not counted", usageData({ prompt_tokens: null }), "null where either is"],
  ["a wrong sum", usageData({ total_tokens: 4 }), "total_tokens must be prompt_tokens + completion_tokens"],
  ["a negative count", usageData({ prompt_tokens: -1, total_tokens: 1 }), "prompt_tokens"],
])("%s is malformed, and says why", (_, data, why) => {
  expect(parseEventData(data)).toEqual({ malformed: expect.stringContaining(why) });
});

function usageData(change: Record<string, number | null>): string {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, ...change };
  return JSON.stringify({ type: "usage", usage, cost_usd: 0, timings: null });
}
