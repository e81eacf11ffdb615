import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeGoJson, encodeGoJson } from "../../../../src/services/stand-in-engine/go/go-json.ts";
import { endOfFirstValue } from "../../../../src/services/stand-in-engine/go/go-json-syntax.ts";

test("what HTML could mistake is escaped", () => {
  expect(encodeGoJson("<a>&\u2028\u2029é")).toBe('"\\u003ca\\u003e\\u0026\\u2028\\u2029é"');
});

test("every value is read back as it was written", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // JSON has no -0.
      expect(decodeGoJson(encodeGoJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("the end of every JSON value is found, whatever follows", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(endOfFirstValue(`${json} }`)).toBe(json.length + 1);
    }),
  );
});

test("what follows the first value is not looked at", () => {
  expect(decodeGoJson('{"a":1} garbage')).toEqual({ a: 1 });
});

test("a blank text has no value", () => {
  expect(decodeGoJson(" \n")).toBeUndefined();
});

// The texts of Go 1.26's encoding/json.
test.each([
  ["hello", "invalid character 'h' looking for beginning of value"],
  ["'a'", "invalid character '\\'' looking for beginning of value"],
  ["{bad}", "invalid character 'b' looking for beginning of object key string"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
  ["[1 2]", "invalid character '2' after array element"],
  ["[1,]", "invalid character ']' looking for beginning of value"],
  ["nul1", "invalid character '1' in literal null (expecting 'l')"],
  ["[01]", "invalid character '1' after array element"],
  ["-x", "invalid character 'x' in numeric literal"],
  ["1.x", "invalid character 'x' after decimal point in numeric literal"],
  ["1e+x", "invalid character 'x' in exponent of numeric literal"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\q"', "invalid character 'q' in string escape code"],
  ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
  ["é", "invalid character 'Ã' looking for beginning of value"],
  ['{"a":', "unexpected EOF"],
  ['{"a', "unexpected EOF"],
  ["[", "unexpected EOF"],
  ["tru", "unexpected EOF"],
])("%j fails with Go's words", (text, message) => {
  expect(() => decodeGoJson(text)).toThrow(new SyntaxError(message));
});

test("deep nesting does not exhaust the stack", () => {
  expect(() => endOfFirstValue("[".repeat(200_000))).toThrow("unexpected EOF");
});
