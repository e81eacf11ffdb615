import type { SkippedCase, SseCase } from "./case.ts";

/** The folder that `of` names a file in. */
export const WPT = "https://github.com/web-platform-tests/wpt/tree/master/eventsource";

const BOM = "\ufeff";
const LONG = "x".repeat(2 * 1024);

/** The web platform's own cases about the format of an event stream, restated. */
export const wptCases: readonly SseCase[] = [
  {
    name: "lines of data are joined, unknown fields are not read, and data alone is an empty line",
    of: "event-data.any.js",
    pieces: ["data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n"],
    messages: [{ data: "msg\nmsg" }, { data: "" }, { data: "end" }],
  },
  {
    name: "a BOM is taken at the beginning and nowhere else",
    of: "format-bom.any.js",
    pieces: [`${BOM}data:1\n\n${BOM}data:2\n\ndata:3\n\n`],
    messages: [{ data: "1" }, { data: "3" }],
  },
  {
    name: "of two BOMs the second is part of a field's name",
    of: "format-bom-2.any.js",
    pieces: [`${BOM}${BOM}data:1\n\ndata:2\n\ndata:3\n\n`],
    messages: [{ data: "2" }, { data: "3" }],
  },
  {
    name: "comments of any length are no data",
    of: "format-comments.any.js",
    pieces: [`data:1\r:\0\n:\r\ndata:2\n:${LONG}\rdata:3\n:data:fail\r:${LONG}\ndata:4\n\n`],
    messages: [{ data: "1\n2\n3\n4" }],
    comments: ["\0", "", LONG, "data:fail", LONG],
  },
  {
    name: "what no empty line ends is no message",
    of: "format-data-before-final-empty-line.any.js",
    pieces: ["retry:1000\ndata:test1\n\nid:test\ndata:test2"],
    messages: [{ data: "test1" }],
  },
  {
    name: "data with an empty value, and without a colon",
    of: "format-field-data.any.js",
    pieces: ["data:\n\ndata\ndata\n\ndata:test\n\n"],
    messages: [{ data: "" }, { data: "\n" }, { data: "test" }],
  },
  {
    name: "a type is that of its own event only",
    of: "format-field-event.any.js",
    pieces: ["event:test\ndata:x\n\ndata:x\n\n"],
    messages: [{ data: "x", event: "test" }, { data: "x" }],
  },
  {
    name: "an empty type is the usual one",
    of: "format-field-event-empty.any.js",
    pieces: ["event: \ndata:data\n\n"],
    messages: [{ data: "data" }],
  },
  {
    name: "an id is any text",
    of: "format-field-id.any.js",
    pieces: ["id: …\nretry: 200\ndata: hello\n\n"],
    messages: [{ data: "hello", id: "…" }],
  },
  {
    name: "an id holds for the messages after it",
    of: "format-field-id-2.any.js",
    pieces: ["id: …\nretry: 200\ndata: hello\n\n", "data: a\n\n", "data: b\n\n"],
    messages: [
      { data: "hello", id: "…" },
      { data: "a", id: "…" },
      { data: "b", id: "…" },
    ],
  },
  ...["\0\0", "x\0", "\0x", "x\0x", " \0"].map((id) => ({
    name: `the id ${JSON.stringify(id)} with NULL in it is not read`,
    of: "format-field-id-null.window.js",
    pieces: [`id: ${id}\nretry: 200\ndata: hello\n\n`],
    messages: [{ data: "hello" }],
  })),
  {
    name: "names are compared letter by letter, and one space after the colon is dropped",
    of: "format-field-parsing.any.js",
    pieces: [
      "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
    ],
    messages: [{ data: "\0\n 2\n1\n3\n\n4" }],
  },
  {
    name: "a retry is no data, whatever its value",
    of: "format-field-retry.any.js, format-field-retry-bogus.any.js, format-field-retry-empty.any.js",
    pieces: ["retry:03000\ndata:x\n\n", "retry:3000\nretry:1000x\ndata:x\n\n", "retry\ndata:test\n\n"],
    messages: [{ data: "x" }, { data: "x" }, { data: "test" }],
  },
  {
    name: "unknown fields are passed over, also one that begins with a space",
    of: "format-field-unknown.any.js",
    pieces: ["data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\n\n"],
    messages: [{ data: "test\n" }],
    comments: ["thisisacommentyay"],
  },
  {
    name: "a space is dropped, a tab is not",
    of: "format-leading-space.any.js",
    pieces: ["data:\ttest\rdata: \ndata:test\n\n"],
    messages: [{ data: "\ttest\n\ntest" }],
  },
  {
    name: "CRLF, LF and CR end a line, each alone and mixed",
    of: "format-newlines.any.js",
    pieces: ["data:test\r\ndata\ndata:test\r\n\r"],
    messages: [{ data: "test\n\ntest" }],
  },
  {
    name: "NULL is a character like others",
    of: "format-null-character.any.js",
    pieces: ["data:\0\n\n\n\n"],
    messages: [{ data: "\0" }],
  },
  {
    name: "a stream is UTF-8",
    of: "format-utf-8.any.js",
    pieces: ["data:ok…\n\n"],
    messages: [{ data: "ok…" }],
  },
];

/** Cases of the web platform that no reader of ours is held to. */
export const wptSkipped: readonly SkippedCase[] = [
  {
    of: "eventsource-constructor-*, eventsource-prototype, eventsource-eventtarget, eventsource-url, idlharness",
    reason: "no reader of ours has the interface of an EventSource: each is a function that is called",
  },
  {
    of: "eventsource-cross-origin, request-credentials, eventsource-constructor-non-same-origin",
    reason: "the page asks its own origin only, and the other readers run where there are no origins",
  },
  {
    of: "format-field-retry*.js: how long the reader then waits",
    reason:
      "a server does not set our pace: the page doubles its wait up to 10 s, the others do not come back",
  },
  {
    of: "format-field-id-3.window.js",
    reason:
      "about the Last-Event-ID that comes of a reset id: the page comes back with the place that it counts itself",
  },
  {
    of: "dedicated-worker/, shared-worker/",
    reason: "no reader of ours runs in a worker",
  },
];
