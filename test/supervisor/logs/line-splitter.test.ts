import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineSplitter, MAX_LINE_BYTES } from "../../../src/supervisor/logs/line-splitter.ts";

function split(bytes: Buffer, size = bytes.length || 1): string[] {
  const splitter = createLineSplitter();
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += size)
    lines.push(...splitter.push(bytes.subarray(at, at + size)).map(({ text }) => text));
  return [...lines, ...splitter.end()];
}

test("lines come whole, wherever the bytes are cut", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "é", "漢", "👩", "\t"), maxLength: 20 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), fc.integer({ min: 1, max: 7 }), (lines, size) => {
      expect(split(Buffer.from(lines.map((text) => `${text}\n`).join("")), size)).toEqual(lines);
    }),
    { numRuns: 100 },
  );
});

test("CRLF ends a line, and the last line needs no end", () => {
  expect(split(Buffer.from("a\r\n\r\nb"))).toEqual(["a", "", "b"]);
});

test("bytes that are no UTF-8 become replacement characters", () => {
  expect(split(Buffer.from([0x61, 0xff, 0xc3, 0x0a]))).toEqual(["a\ufffd\ufffd"]);
});

test("a line beyond the limit is cut, with a mark, and the next one is whole", () => {
  const long = Buffer.from(`${"x".repeat(MAX_LINE_BYTES + 10)}\nnext\n`);
  const [first = "", second] = split(long, 1000);
  expect(first).toBe(`${"x".repeat(MAX_LINE_BYTES)} … (10 more bytes)`);
  expect(second).toBe("next");
});

test("a cut leaves no half character", () => {
  const [line = ""] = split(Buffer.from(`${"x".repeat(MAX_LINE_BYTES - 1)}漢字`));
  expect(line).toBe(`${"x".repeat(MAX_LINE_BYTES - 1)} … (5 more bytes)`);
});

test.each([1, 2, 3, 1000])(
  "a line that was written over is its last state, in pieces of %d bytes",
  (size) => {
    const bytes = Buffer.from("10 %\r 55 %\r100 %\r\nnext\r\r\n\rlast 漢\r");
    expect(split(bytes, size)).toEqual(["100 %", "next", "last 漢"]);
  },
);

test("a progress that has written far more than the limit is its last state, whole", () => {
  const states = Array.from({ length: 20_000 }, (_, index) => `step ${index}`).join("\r");
  expect(split(Buffer.from(`${states}\n`), 4096)).toEqual(["step 19999"]);
});

test("a line tells where it ends", () => {
  const splitter = createLineSplitter();
  expect(splitter.push(Buffer.from("ab")).map(({ end }) => end)).toEqual([]);
  expect(splitter.push(Buffer.from("c\nd\r\n")).map(({ end }) => end)).toEqual([2, 5]);
});
