import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeGoBase64 } from "../../../../src/services/stand-in-engine/go/go-base64.ts";

test("what was encoded is decoded, with line breaks anywhere", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(), (bytes, at) => {
      const text = Buffer.from(bytes).toString("base64");
      const broken = `${text.slice(0, at % (text.length + 1))}\r\n${text.slice(at % (text.length + 1))}`;
      expect(decodeGoBase64(broken)).toEqual(Buffer.from(bytes));
    }),
  );
});

// As Go's encoding/base64 says it, for each of these.
test.each([
  ["iVBO!w0KGgo=", 4],
  ["iVBORw0", 4],
  ["iVBOR", 4],
  ["=", 0],
  ["a=", 1],
  ["ab=", 3],
  ["ab=c", 2],
  ["abc=d", 4],
  ["ab==ab==", 4],
  ["abcd=", 4],
  ["a-b_", 1],
])("%j is refused at byte %i", (text, at) => {
  expect(() => decodeGoBase64(text)).toThrow(new SyntaxError(`illegal base64 data at input byte ${at}`));
});
