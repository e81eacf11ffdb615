import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatEventId,
  NOWHERE,
  nextPlace,
  parseEventId,
  type StreamPlace,
  stepOf,
} from "../../src/contract/event-id.ts";
import { anyThought, anyToken, legalStream } from "../support/arbitraries.ts";
import { textOf, thoughtsOf } from "../support/streams.ts";

const wireKey = fc.stringMatching(/^[\x21-\x7e]{1,200}$/);
const figure = fc.integer({ min: 0, max: 999_999_999_999_999 });
const anyPlace = fc.record({ step: fc.integer({ min: 0, max: 11 }), thinking: figure, text: figure });

test("an id comes back as it was written, also where the key has colons and dots", () => {
  fc.assert(
    fc.property(wireKey, anyPlace, (messageId, place) => {
      expect(parseEventId(formatEventId({ messageId, place }))).toEqual({ messageId, place });
    }),
  );
});

test.each([
  "",
  "5",
  "m:5",
  ":5.0.0",
  "m:",
  "m:0.0",
  "m:-1.0.0",
  "m:1.5",
  "m:1e3.0.0",
  "m:1.0.0:",
  "m: 1.0.0",
  "m:100.0.0",
  "m:1.0.1234567890123456",
  "m:1.1234567890123456.0",
  "m:1.0.0.0",
])("%j is not an id", (text) => expect(parseEventId(text)).toBeUndefined());

test("with every event of a stream exactly one figure grows", () => {
  fc.assert(
    fc.property(legalStream, (events) => {
      let place = NOWHERE;
      for (const event of events) {
        const next = nextPlace(place, event);
        expect(grown(place, next)).toHaveLength(1);
        place = next;
      }
    }),
  );
});

test("a place in thoughts and text is the same however they were cut and mixed", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyThought, anyToken)), (pieces) => {
      expect(pieces.reduce(nextPlace, { step: 3, thinking: 0, text: 0 })).toEqual({
        step: 3,
        thinking: thoughtsOf(pieces).length,
        text: textOf(pieces).length,
      });
    }),
  );
});

test("each step of a stream has its number, and no two of them the same", () => {
  fc.assert(
    fc.property(legalStream, (events) => {
      const steps = events.map(stepOf).filter((step) => step !== undefined);
      expect(new Set(steps).size).toBe(steps.length);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    }),
  );
});

/** Which figures are larger; fails where one is smaller. */
function grown(before: StreamPlace, after: StreamPlace): string[] {
  const names = ["step", "thinking", "text"] as const;
  for (const name of names) expect(after[name]).toBeGreaterThanOrEqual(before[name]);
  return names.filter((name) => after[name] > before[name]);
}
