import fc from "fast-check";
import { expect, test } from "vitest";
import { formatEventId, nextPosition, parseEventId } from "../../src/contract/event-id.ts";
import { anyToken, legalStream } from "../support/arbitraries.ts";

const wireKey = fc.stringMatching(/^[\x21-\x7e]{1,200}$/);

test("an id comes back as it was written, also where the key has colons", () => {
  fc.assert(
    fc.property(wireKey, fc.integer({ min: 0, max: 999_999_999_999_999 }), (messageId, position) => {
      expect(parseEventId(formatEventId({ messageId, position }))).toEqual({ messageId, position });
    }),
  );
});

test.each(["", "5", ":5", "m:", "m:-1", "m:1.5", "m:1e3", "m:1:", "m: 1", "m:1234567890123456"])(
  "%j is not an id",
  (text) => expect(parseEventId(text)).toBeUndefined(),
);

test("positions grow with every event of a stream", () => {
  fc.assert(
    fc.property(legalStream, (events) => {
      let position = -1;
      for (const event of events) {
        const next = nextPosition(position, event);
        expect(next).toBeGreaterThan(position);
        position = next;
      }
    }),
  );
});

test("a place in the text has the same position however the text was cut", () => {
  fc.assert(
    fc.property(fc.array(anyToken), (tokens) => {
      const text = tokens.map((token) => (token.type === "token" ? token.content : "")).join("");
      expect(tokens.reduce(nextPosition, 2)).toBe(2 + text.length);
    }),
  );
});

test("planning is 1 and executing 2, with a session_created before them or without", () => {
  const created = { type: "session_created", session_id: "1", model_id: null, title: null } as const;
  const planning = { type: "status_update", status: "planning" } as const;
  expect(nextPosition(-1, created)).toBe(0);
  expect(nextPosition(0, planning)).toBe(1);
  expect(nextPosition(-1, planning)).toBe(1);
  expect(nextPosition(1, { type: "status_update", status: "executing" })).toBe(2);
});
