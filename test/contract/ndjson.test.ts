import fc from "fast-check";
import { expect, test } from "vitest";
import { createNdjsonDecoder, encodeNdjson } from "../../src/contract/ndjson.ts";
import { anyCut, anyText, cut } from "../support/arbitraries.ts";

function decode(text: string, sizes: readonly number[]): unknown[] {
  const values: unknown[] = [];
  const decoder = createNdjsonDecoder((value) => values.push(value));
  for (const chunk of cut(Buffer.from(text), sizes)) decoder.push(chunk);
  decoder.end();
  return values;
}

test("any values in any cut come out as they went in", () => {
  fc.assert(
    fc.property(fc.array(anyText), anyCut, (texts, sizes) => {
      const values = texts.map((content) => ({ message: { content } }));
      expect(decode(values.map(encodeNdjson).join(""), sizes)).toEqual(values);
    }),
  );
});

test("any text survives one byte and two bytes at a time", () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom(1, 2), (text, size) => {
      expect(decode(encodeNdjson(text), [size])).toEqual([text]);
    }),
  );
});

test("an encoded value is one line, whatever its text", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(encodeNdjson(text).split("\n")).toHaveLength(2);
    }),
  );
});

test("raw U+2028 inside a string does not end the line", () => {
  expect(decode('"a\u2028b"\n', [1])).toEqual(["a\u2028b"]);
});

test("CRLF, blank lines and a last line without its line break are read", () => {
  expect(decode('{"a":1}\r\n\r\n\n{"a":2}', [1])).toEqual([{ a: 1 }, { a: 2 }]);
});

test("values before a line that is not JSON are handed out before it is refused", () => {
  const values: unknown[] = [];
  const decoder = createNdjsonDecoder((value) => values.push(value));
  expect(() => decoder.push(Buffer.from("1\n2\n<html>\n"))).toThrow(SyntaxError);
  expect(values).toEqual([1, 2]);
});

test("half a value at the end is refused", () => {
  expect(() => decode('{"a":', [2])).toThrow(SyntaxError);
});

test.each([1, 7, 1_000])("a line longer than the decoder takes is refused, in pieces of %i bytes", (size) => {
  const values: unknown[] = [];
  const decoder = createNdjsonDecoder((value) => values.push(value), { maxLineChars: 10 });
  const bytes = Buffer.from(`"12345678"\n"123456789"\n`);
  const push = (): void => {
    for (let at = 0; at < bytes.length; at += size) decoder.push(bytes.subarray(at, at + size));
  };
  expect(push).toThrow("a line is longer than 10 characters");
  expect(values).toEqual(["12345678"]);
});

test("blank lines are counted", () => {
  let blank = 0;
  const options = { onBlank: (chars: number) => (blank += chars) };
  createNdjsonDecoder(() => undefined, options).push(Buffer.from("\n\r\n1\n   \n"));
  expect(blank).toBe(1 + 2 + 4);
});
