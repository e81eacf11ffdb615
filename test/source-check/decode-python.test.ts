import { expect, test } from "vitest";
import { decodePython } from "../../src/source-check/decode-python.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

test("a file is UTF-8, with or without a byte order mark", () => {
  expect(decodePython(Buffer.from("x = 'é'"))).toEqual({ text: "x = 'é'" });
  expect(decodePython(Buffer.from("\ufeffx = 'é'"))).toEqual({ text: "x = 'é'" });
});

test.each([
  "# -*- coding: latin-1 -*-\nx = 'é'",
  "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = 'é'",
  "# coding: iso_8859_15\r\nx = 'é'",
])("a comment in the first two lines names another encoding: %j", (text) => {
  expect(decodePython(bytes(text))).toEqual({ text });
});

test.each(["x = 1\n# coding: latin-1\nx = 'é'", "\n\n# coding: latin-1\nx = 'é'"])(
  "a comment elsewhere does not: %j",
  (text) => {
    expect(decodePython(bytes(text))).toMatchObject({ text: null, reason: "it is not utf-8 text" });
  },
);

test("bytes that are no text are told with their line", () => {
  expect(decodePython(bytes("a = 1\nb = '\xff'\n"))).toEqual({
    text: null,
    line: 2,
    reason: "it is not utf-8 text",
  });
  expect(decodePython(bytes("a = 1\n\nb\0"))).toEqual({ text: null, line: 3, reason: "it has a zero byte" });
});

test("a replacement character that the author wrote is text", () => {
  expect(decodePython(Buffer.from("x = '\ufffd'"))).toEqual({ text: "x = '\ufffd'" });
});

test("an encoding that nobody knows is told", () => {
  expect(decodePython(bytes("# coding: uft-8\n"))).toEqual({
    text: null,
    line: null,
    reason: "its encoding is uft-8, which is not known here",
  });
});
