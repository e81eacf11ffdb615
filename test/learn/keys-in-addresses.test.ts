import { expect, test } from "vitest";
import { eventsOf, type HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const AT = "http://127.0.0.1:8000";
const SSE = "text/event-stream";
const ROOM = "90065642706e";
const TURNS = [
  "6e3d5e58-7e30-4c76-9c25-77d539e05b16",
  "80ea41e0-9061-4cfd-92a2-b7611747402c",
  "c7d20dba-e778-4cdd-9a4b-30705acb612f",
] as const;

const turn = (id: string): string => `/rooms/${ROOM}/turns/${id}`;

const put = (id: string, say: string, more: Partial<HarEntry> = {}): HarEntry => ({
  request: `PUT ${AT}${turn(id)}`,
  body: { say },
  status: 202,
  type: "",
  answerHeaders: { Location: turn(id) },
  ...more,
});

/** What the feed of a room tells of one reply: the text so far, with each event. */
const told = (id: string, text: string, how: string): string =>
  [
    ["accepted", {}],
    ...text.split(" ").map((_, index, words) => ["text", { text: words.slice(0, index + 1).join(" ") }]),
    ["closed", { how }],
  ]
    .map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify({ turn: id, ...(data as object) })}\n\n`)
    .join("");

const feed = (after: number, answer: string, took_ms: number): HarEntry => ({
  request: `GET ${AT}/rooms/${ROOM}/feed?after=${after}`,
  type: SSE,
  took_ms,
  answer: `event: hello\ndata: ${JSON.stringify({ room: ROOM, after })}\n\n${answer}`,
});

const answered = [TURNS[0], TURNS[1]] as const;
const texts = ["Rivers bring salt to it.", "Light comes back from it."] as const;

/** A room that is made with a title, two messages in it, and a reload. */
const TALK: readonly HarEntry[] = [
  { request: `POST ${AT}/rooms`, body: { title: "New room" }, answer: { room: { id: ROOM } } },
  feed(0, answered.map((id, index) => told(id, texts[index] ?? "", "complete")).join(""), 3_000),
  put(TURNS[0], "Why is the sea salty?"),
  put(TURNS[1], "And why is it blue?"),
  { request: `GET ${AT}/rooms`, answer: { items: [{ id: ROOM, title: "New room" }] } },
  {
    request: `GET ${AT}/rooms/${ROOM}/log`,
    answer: {
      entries: [
        { id: TURNS[0], author: "guest", text: "Why is the sea salty?" },
        { id: `${TURNS[0]}:r`, author: "host", text: texts[0] },
        { id: TURNS[1], author: "guest", text: "And why is it blue?" },
        { id: `${TURNS[1]}:r`, author: "host", text: texts[1] },
      ],
    },
  },
];

const STOPPED: readonly HarEntry[] = [
  feed(64, told(TURNS[2], "1, 2, 3", "stopped"), 30_000),
  put(TURNS[2], "Count to 200"),
  { request: `DELETE ${AT}${turn(TURNS[2])}`, status: 204, type: "" },
];

const DELETION: HarEntry = { request: `DELETE ${AT}/rooms/${ROOM}`, status: 204, type: "" };

const SEND = { request: "PUT /rooms/{conversation}/turns/{key}", body: { say: "{text}" } };

test("a word in the address that each message has of its own is a key, a title is no message, a stop below the conversation's address is no deletion", () => {
  const { wire, unknown } = learn(...TALK, ...STOPPED, DELETION);
  expect(wire).toMatchObject({
    conversation: { request: "POST /rooms", told: { conversation: "room.id" } },
    send: { ...SEND, told: { reply: "@header.location" } },
    stream: {
      channel: { reply: "turn" },
      done: { of: "closed", reason: "how", reasons: { stop: ["complete"], cancelled: ["stopped"] } },
    },
    cancel: { request: "DELETE /rooms/{conversation}/turns/{reply}" },
    delete_conversation: { request: "DELETE /rooms/{conversation}" },
  });
  expect(wire.send_first).toBeUndefined();
  expect(unknown.map(({ setting }) => setting)).toEqual(["stream", "stream", "models", "health"]);
});

test("where no conversation is deleted in the log, what ended a reply is not said to do it", () => {
  const { wire, unknown } = learn(...TALK, ...STOPPED);
  expect(wire.cancel).toEqual({ request: "DELETE /rooms/{conversation}/turns/{reply}" });
  expect(wire.delete_conversation).toBeUndefined();
  expect(unknown.map(({ setting }) => setting)).toContain("delete_conversation");
});

test("a key that no answer tells back is what a reply is stopped by", () => {
  const reply = (text: string, end: string): string =>
    eventsOf(...text.split(" ").map((word) => ({ d: `${word} ` })), { end });
  const stream = (id: string, say: string, text: string, end: string, took_ms = 0): HarEntry =>
    put(id, say, { status: 200, type: SSE, answerHeaders: {}, answer: reply(text, end), took_ms });
  const made: HarEntry = { request: `POST ${AT}/rooms`, body: {}, answer: { room: { id: ROOM } } };
  const first = stream(TURNS[0], "Why is the sea salty?", texts[0], "whole");
  const { wire } = learn(
    made,
    first,
    stream(TURNS[1], "Count to 200", "1, 2,", "stopped", 5_000),
    { request: `DELETE ${AT}${turn(TURNS[1])}`, status: 204, type: "" },
    DELETION,
  );
  expect(wire).toMatchObject({
    send: SEND,
    cancel: { request: "DELETE /rooms/{conversation}/turns/{key}" },
    delete_conversation: { request: "DELETE /rooms/{conversation}" },
  });
  expect(wire.send).not.toHaveProperty("told");
  // Of the only message, too, what it is put to is made by it.
  expect(learn(made, first).wire).toMatchObject({ send: SEND });
});

test("conversations that pages make up differ in their messages' addresses, and are no keys", () => {
  const say = (chat: string, text: string, reply: string): HarEntry => ({
    request: `POST ${AT}/chats/${chat}/messages`,
    body: { text, model: "qwen3-8b" },
    type: SSE,
    answer: eventsOf(...reply.split(" ").map((word) => ({ d: `${word} ` })), { end: true }),
  });
  const { wire } = learn(
    say(TURNS[0], "Why is the sea salty?", texts[0]),
    say(TURNS[1], "And why is it blue?", texts[1]),
  );
  expect(wire).toMatchObject({
    conversation: "own",
    send: { request: "POST /chats/{conversation}/messages" },
  });
});
