import { expect, test } from "vitest";
import type { UserError } from "../../src/errors/user-error.ts";
import { eventsOf, type HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const RIVERS = ["Rivers ", "bring ", "salt."];
const MOON = ["The ", "moon ", "does ", "it."];
const SALTY = "Why is the sea salty?";
const TIDES = "Why are there tides?";

const sent = (frame: unknown): string => `> ${JSON.stringify(frame)}`;
const came = (...frames: readonly unknown[]): string[] => frames.map((frame) => `< ${JSON.stringify(frame)}`);
const pieces = (words: readonly string[]): object[] => words.map((text) => ({ type: "delta", text }));

test("two messages on one WebSocket are two, each with its reply, its end, its rows and its conversation", () => {
  const { wire, talk, unknown } = learn(
    {
      request: "WS ws://127.0.0.1:8000/ws",
      frames: [
        sent({ type: "hello", client: "page" }),
        ...came({ type: "ready" }),
        sent({ type: "chat", message: SALTY, chat: null }),
        ...came({ type: "begun", chat: 17 }, ...pieces(RIVERS), { type: "done" }),
        sent({ type: "typing", chat: 17 }),
        sent({ type: "chat", message: TIDES, chat: 17 }),
        ...came(...pieces(MOON), { type: "done" }),
        sent({ type: "chat", message: "Count to a thousand", chat: 17 }),
        ...came(...pieces(["1 ", "2 "])),
        sent({ type: "stop", chat: 17 }),
      ],
    },
    {
      request: "GET http://127.0.0.1:8000/chats/17",
      answer: [SALTY, RIVERS.join(""), TIDES, MOON.join("")].map((text, index) => ({
        role: index % 2 === 0 ? "user" : "assistant",
        text,
      })),
    },
  );
  expect([RIVERS.join(""), MOON.join("")]).toContain(talk.reply);
  expect(wire).toMatchObject({
    send: {
      request: "WS /ws",
      body: { type: "chat", message: "{text}", chat: "{conversation|number|null}" },
    },
    stream: {
      framing: "websocket",
      started: { conversation: "chat" },
      text: { of: "delta", at: "text" },
      done: { of: "done" },
    },
    rows: { request: "GET /chats/{conversation}", role: "role" },
  });
  expect(unknown.find(({ setting }) => setting === "cancel")?.why).toMatch(
    /^the page ends a reply by \{"type":"stop","chat":17\} on its WebSocket/,
  );
});

test("socket.io: two events are two messages, and its own greeting is nothing that the page says", () => {
  const event = (name: string, value: object): string => `42${JSON.stringify([name, value])}`;
  const say = (q: string, words: readonly string[]): string[] => [
    `> ${event("ask", { q })}`,
    ...words.map((t) => `< ${event("piece", { t })}`),
    `< ${event("over", { why: "end" })}`,
  ];
  const { wire, unknown } = learn({
    request: "WS ws://127.0.0.1:8000/socket.io/?EIO=4&transport=websocket",
    frames: [
      '< 0{"sid":"x"}',
      "> 40",
      '< 40{"sid":"y"}',
      ...say(SALTY, RIVERS),
      "< 2",
      "> 3",
      ...say(TIDES, MOON),
    ],
  });
  expect(wire).toMatchObject({
    send: { body: ["ask", { q: "{text}" }] },
    stream: { framing: "socket.io", text: { of: "piece", at: "t" }, done: { of: "over" } },
  });
  expect(unknown.filter(({ setting }) => setting === "send").map(({ why }) => why)).toEqual([
    expect.stringContaining("or the back end knows it by its WebSocket"),
  ]);
});

test("a stream that is open for all replies is said to need a driver in code", () => {
  const channel: HarEntry = {
    request: "GET http://127.0.0.1:8000/events?room=1",
    type: "text/event-stream",
    took_ms: 60_000,
    answer: eventsOf(...pieces(RIVERS), { type: "done" }),
  };
  const message: HarEntry = {
    request: "POST http://127.0.0.1:8000/message",
    body: { room: 1, message: SALTY },
    answer: { ok: true },
  };
  try {
    learn(channel, message);
    expect.unreachable();
  } catch (error) {
    expect((error as UserError).message).toBe(
      "In chat.har is no reply that a description can say: GET /events?room=1 (entry 1) streams from before the message was sent.",
    );
  }
});
