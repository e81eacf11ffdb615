import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineSplitter, MAX_LINE_BYTES } from "../../../src/supervisor/logs/lines.ts";

function split(bytes: Buffer, size = bytes.length || 1): string[] {
  const splitter = createLineSplitter();
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += size) lines.push(...splitter.push(bytes.subarray(at, at + size)));
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
