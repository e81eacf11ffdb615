import { createHash } from "node:crypto";
import type { SkippedCase, SseCase } from "./case.ts";

/** The folder that `of` names a file in. */
export const LAUNCHDARKLY = "https://github.com/launchdarkly/sse-contract-tests/tree/main/ssetests";

const BASIC = "tests_basic_parsing.go";
const BOM = "tests_bom.go";
const COMMENTS = "tests_comments.go";
const LINES = "tests_linefeeds.go";
const MARK = "\ufeff";
const LARGE = createHash("shake256", { outputLength: 5 * 1024 * 1024 }).digest("base64");

/** LaunchDarkly's cases about bytes, restated. */
export const launchDarklyCases: readonly SseCase[] = [
  one("a line of data in one piece", BASIC, ["data: Hello\n\n"], "Hello"),
  {
    name: "two messages in three pieces, one of which holds parts of both",
    of: BASIC,
    pieces: ["data: test", "test\n\ndata:", "test\n\n"],
    messages: [{ data: "testtest" }, { data: "test" }],
  },
  one("5 MiB and more of data in one piece", BASIC, [`data: ${LARGE}\n\n`], LARGE),
  one("the double of it in two pieces", BASIC, [`data: ${LARGE}`, `${LARGE}\n\n`], LARGE + LARGE),
  one("a line of data in two pieces", BASIC, ["data: Hel", "lo\n\n"], "Hello"),
  {
    name: "two messages in one piece",
    of: BASIC,
    pieces: ["data: Hello\n\ndata: World\n\n"],
    messages: [{ data: "Hello" }, { data: "World" }],
  },
  one("two lines of data in one message", BASIC, ["data: Hello\ndata:World\n\n"], "Hello\nWorld"),
  one("empty data", BASIC, ["data:\n\n"], ""),
  {
    name: "a type",
    of: `${BASIC}: event with specific type`,
    pieces: ["event: greeting\ndata: Hello\n\n"],
    messages: [{ data: "Hello", event: "greeting" }],
  },
  {
    name: "an id",
    of: `${BASIC}: event with ID`,
    pieces: ["id: abc\ndata: Hello\n\n"],
    messages: [{ data: "Hello", id: "abc" }],
  },
  {
    name: "a type and an id",
    of: BASIC,
    pieces: ["event: greeting\nid: abc\ndata: Hello\n\n"],
    messages: [{ data: "Hello", event: "greeting", id: "abc" }],
  },
  one("an id with NULL in it is not read", BASIC, ["id: a\0bc\ndata: Hello\n\n"], "Hello"),
  {
    name: "the last id holds where a later message has none",
    of: BASIC,
    pieces: ["id: abc\ndata: first\n\n", "data: second\n\n"],
    messages: [
      { data: "first", id: "abc" },
      { data: "second", id: "abc" },
    ],
  },
  {
    name: "an empty id takes the place of the last one",
    of: BASIC,
    pieces: ["id: abc\ndata: first\n\n", "id: \ndata: second\n\n"],
    messages: [{ data: "first", id: "abc" }, { data: "second" }],
  },
  {
    name: "fields in any order",
    of: `${BASIC}: fields in reverse order`,
    pieces: ["data: Hello\nid: abc\nevent: greeting\n\n"],
    messages: [{ data: "Hello", event: "greeting", id: "abc" }],
  },
  {
    name: "an unknown field is not read",
    of: BASIC,
    pieces: ["event: greeting\ncolor: blue\ndata: Hello\n\n"],
    messages: [{ data: "Hello", event: "greeting" }],
  },
  {
    name: "fields without a space after the colon",
    of: BASIC,
    pieces: ["event:greeting\ndata:Hello\n\n"],
    messages: [{ data: "Hello", event: "greeting" }],
  },
  {
    name: "of two spaces after the colon the second is kept",
    of: BASIC,
    pieces: ["event:  greeting\ndata:  Hello\n\n"],
    messages: [{ data: " Hello", event: " greeting" }],
  },
  {
    name: "a field without a colon is an empty one",
    of: BASIC,
    pieces: ["data\n\ndata\ndata\n\n"],
    messages: [{ data: "" }, { data: "\n" }],
  },
  one("characters of several bytes, also in single bytes", BASIC, ["data: €豆腐\n\n"], "€豆腐"),
  {
    name: "a hundred messages come in their order",
    of: `${BASIC}: many messages in rapid succession`,
    pieces: [Array.from({ length: 100 }, (_, index) => `data: message ${index}\n\n`).join("")],
    messages: Array.from({ length: 100 }, (_, index) => ({ data: `message ${index}` })),
  },
  one("a BOM is taken", BOM, [`${MARK}data: Hello\n\n`], "Hello"),
  {
    name: "a BOM before a type and an id",
    of: BOM,
    pieces: [`${MARK}event: greeting\nid: abc\ndata: Hello\n\n`],
    messages: [{ data: "Hello", event: "greeting", id: "abc" }],
  },
  {
    name: "a BOM before several messages",
    of: BOM,
    pieces: [`${MARK}data: First\n\ndata: Second\n\n`],
    messages: [{ data: "First" }, { data: "Second" }],
  },
  {
    name: "a BOM in later data is data",
    of: BOM,
    pieces: ["data: First\n\n", `data: ${MARK}Second\n\n`],
    messages: [{ data: "First" }, { data: `${MARK}Second` }],
  },
  one(
    "a BOM in data is data, also after one that was taken",
    BOM,
    [`${MARK}data: ${MARK}Hello\n\n`],
    `${MARK}Hello`,
  ),
  one("a BOM before several lines of data", BOM, [`${MARK}data: Line1\ndata: Line2\n\n`], "Line1\nLine2"),
  {
    ...one("a BOM before a comment", BOM, [`${MARK}:comment\ndata: Hello\n\n`], "Hello"),
    comments: ["comment"],
  },
  one("a BOM before empty data", BOM, [`${MARK}data:\n\n`], ""),
  {
    name: "comments",
    of: COMMENTS,
    pieces: [":Hello\n", ":World\n"],
    messages: [],
    comments: ["Hello", "World"],
  },
  {
    ...one("a comment before a message", COMMENTS, [":Hello\n", "data: Hello\n\n"], "Hello"),
    comments: ["Hello"],
  },
  {
    ...one("a comment after a message", COMMENTS, ["data: Hello\n\n", ":Hello\n"], "Hello"),
    comments: ["Hello"],
  },
  ...["\n", "\r\n", "\r"].flatMap(casesOfLines),
  {
    name: "CRLF whose CR ends a piece",
    of: LINES,
    pieces: ["data: Hello\r", "\ndata: World\r", "\n\r\ndata: OK\r", "\n", "\r", "\n"],
    messages: [{ data: "Hello\nWorld" }, { data: "OK" }],
  },
];

function casesOfLines(end: string): SseCase[] {
  const of = `${LINES}: ${JSON.stringify(end)}`;
  const text = (...lines: string[]): string[] => [lines.map((line) => line + end).join("")];
  const two = [{ data: "event 1" }, { data: "event 2" }];
  return [
    one("a message of one line", of, text("data: event 1", ""), "event 1"),
    {
      name: "a message of one line, then one of two",
      of,
      pieces: text("data: event 1", "", "data: line 1", "data: line 2", ""),
      messages: [{ data: "event 1" }, { data: "line 1\nline 2" }],
    },
    one("three lines, the first of them empty", of, text("data:", "data: b", "data: c", ""), "\nb\nc"),
    one("three lines, the middle one empty", of, text("data: a", "data:", "data: c", ""), "a\n\nc"),
    {
      name: "an empty line too many",
      of,
      pieces: text("data: event 1", "", "", "data: event 2", ""),
      messages: two,
    },
    {
      name: "two empty lines too many",
      of,
      pieces: text("data: event 1", "", "", "", "data: event 2", ""),
      messages: two,
    },
  ];
}

function one(name: string, of: string, pieces: readonly string[], data: string): SseCase {
  return { name, of, pieces, messages: [{ data }] };
}

/** LaunchDarkly's cases that no reader of ours is held to. */
export const launchDarklySkipped: readonly SkippedCase[] = [
  {
    of: "tests_http_behavior.go: 204 halts re-connection attempts",
    reason: "an HMI says 4xx where the page shall not come back; what none of ours says is not read",
  },
  {
    of: "tests_http_behavior.go: REPORT request",
    reason: "no endpoint of the contract has that method",
  },
  {
    of: "tests_reconnection.go: caller can trigger a restart",
    reason: "the page leaves a reply or follows it to its end; it never asks anew for what it follows",
  },
  {
    of: "tests_reconnection.go: can set read timeout",
    reason: "the page's is three heartbeats of 15 s each, longer than a test waits",
  },
  {
    of: "tests_reconnection.go: last event ID can be explicitly overridden with an empty value",
    reason: "the page comes back with the place that it has counted itself, which never goes back",
  },
  {
    of: "tests_reconnection.go: resends request body if any when reconnecting",
    reason: "the page joins a reply by GET; to send a message again would be a second message",
  },
];
