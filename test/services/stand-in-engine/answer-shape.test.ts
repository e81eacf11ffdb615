import { expect, test } from "vitest";
import { shapeOf } from "./answer-shape.ts";
import { readAnswer } from "./recorded-answer.ts";

const answer = (body: string, head = "content-type: application/json"): string =>
  `HTTP/1.1 200 OK\r\n${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const chunked = (body: string, head: string): string =>
  `HTTP/1.1 200 OK\r\n${head}\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
const shape = (bytes: string) => shapeOf(readAnswer(Buffer.from(bytes)), false);

const ONE = answer('{"model":"a","done":true,"eval_count":3}');

test.each([
  ["another model and other figures", answer('{"model":"bb","done":true,"eval_count":4}')],
  [
    "the order and the letters of headers",
    ONE.replace(/(content-type.*)\r\n(.*)\r\n\r\n/, "$2\r\nContent-Type: application/json\r\n\r\n"),
  ],
  [
    "Date and Server",
    answer(
      '{"model":"a","done":true,"eval_count":3}',
      "content-type: application/json\r\nDate: now\r\nServer: x",
    ),
  ],
])("%s make no difference", (_, other) => {
  expect(shape(other)).toEqual(shape(ONE));
});

test.each([
  ["the order of keys", answer('{"done":true,"model":"a","eval_count":3}')],
  ["a key too many", answer('{"model":"a","done":true,"eval_count":3,"x":1}')],
  ["a key that is missing", answer('{"model":"a","done":true}')],
  ["a figure of another type", answer('{"model":"a","done":true,"eval_count":"3"}')],
  ["a value that may not differ", answer('{"model":"a","done":false,"eval_count":3}')],
  ["an empty text for one that is none", answer('{"model":"","done":true,"eval_count":3}')],
  ["a line break at the end", answer('{"model":"a","done":true,"eval_count":3}\n')],
  [
    "the charset",
    answer('{"model":"a","done":true,"eval_count":3}', "content-type: application/json; charset=utf-8"),
  ],
  [
    "a header",
    answer('{"model":"a","done":true,"eval_count":3}', "content-type: application/json\r\nVary: Origin"),
  ],
  ["the status", ONE.replace("200 OK", "201 Created")],
  ["the framing", chunked('{"model":"a","done":true,"eval_count":3}', "content-type: application/json")],
])("%s makes a difference", (_, other) => {
  expect(shape(other)).not.toEqual(shape(ONE));
});

test("how many pieces a text comes in makes no difference, what else comes does", () => {
  const stream = (...events: string[]): string =>
    chunked(events.map((event) => `data: ${event}\n\n`).join(""), "content-type: text/event-stream");
  const piece = '{"content":"a"}';
  expect(shape(stream(piece, "[DONE]"))).toEqual(shape(stream(piece, '{"content":"b"}', "[DONE]")));
  expect(shape(stream(piece))).not.toEqual(shape(stream(piece, "[DONE]")));
});

test.each([
  [
    "a length that is not the body's",
    answer("{}").replace("content-length: 2", "content-length: 3"),
    "content-length",
  ],
  ["a last chunk that is missing", chunked("{}", "x: y").replace("0\r\n\r\n", ""), "last chunk"],
  ["what is no HTTP", "hello", "no HTTP answer"],
])("%s is an error", (_, bytes, message) => {
  expect(() => shape(bytes)).toThrow(message);
});
