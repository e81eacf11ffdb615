import fc from "fast-check";
import { expect, test } from "vitest";
import { createSurrogatePairJoiner } from "../../../src/services/gateway/surrogate-pair-joiner.ts";
import { anyText } from "../../support/arbitraries.ts";

test("text that was cut anywhere comes out the same, in pieces that are each well-formed", () => {
  fc.assert(
    fc.property(anyText, fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1 }), (text, sizes) => {
      const whole = createSurrogatePairJoiner();
      const pieces: string[] = [];
      for (let start = 0, turn = 0; start < text.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        pieces.push(whole.push(text.slice(start, start + size)));
        start += size;
      }
      pieces.push(whole.end());
      expect(pieces.join("")).toBe(text);
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    }),
  );
});

test("a half that never gets its other half is U+FFFD, also in the middle", () => {
  const whole = createSurrogatePairJoiner();
  expect(whole.push("a\ud83c")).toBe("a");
  expect(whole.push("b")).toBe("\ufffdb");
  expect(whole.push("\udfdb")).toBe("\ufffd");
  expect(whole.push("\ud83c")).toBe("");
  expect(whole.end()).toBe("\ufffd");
});
