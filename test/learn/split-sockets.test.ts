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
  expect(wire.cancel).toEqual({ frame: { type: "stop", chat: "{conversation|number}" } });
  expect(unknown.filter(({ setting }) => setting === "cancel")).toEqual([]);
});

const CHATS = ["5e0ad1b4-5b6d-4b0e-9d3c-1e6a1f7a0001", "5e0ad1b4-5b6d-4b0e-9d3c-1e6a1f7a0002"] as const;
const NODES = ["a1", "a2", "a3"].map((node) => `7c9e6679-7425-40de-944b-e07fc1f9${node}aa`);

/** A page whose turns are a tree: each message names the reply before it. */
function treeSocket(...chats: readonly (string | null)[]): HarEntry {
  const asked = [SALTY, TIDES, "Count to a thousand"];
  const words = [RIVERS, MOON, ["1 ", "2 "]];
  const turns = chats.flatMap((chat, index) => {
    const own = chat ?? CHATS[0];
    const names = { chat: own, node: NODES[index] };
    const parent = own === CHATS[1] ? null : (NODES[index - 1] ?? null);
    return [
      sent({ t: "say", chat, parent, text: asked[index] }),
      ...came({ t: "ack", ...names }, ...(words[index] ?? []).map((s) => ({ t: "delta", ...names, s }))),
      index === 2 ? sent({ t: "stop", node: NODES[2] }) : "",
      ...came({ t: "fin", ...names, why: index === 2 ? "stopped" : "stop" }),
    ].filter((frame) => frame !== "");
  });
  return { request: "WS ws://127.0.0.1:8000/live", frames: turns };
}

test("where a message names the reply that it follows, it is that of its conversation; and a stop names its own", () => {
  const { wire, unknown } = learn(treeSocket(null, CHATS[0], CHATS[0]));
  expect(wire.send?.body).toEqual({
    t: "say",
    chat: "{conversation|null}",
    parent: "{last_reply|null}",
    text: "{text}",
  });
  expect(wire.stream).toMatchObject({ started: { conversation: "chat", reply: "node" } });
  expect(wire.cancel).toEqual({ frame: { t: "stop", node: "{reply}" } });
  expect(wire.stream?.channel).toBeUndefined();
  expect(unknown.find(({ setting }) => setting === "stream.channel")?.why).toContain(
    "`channel: { conversation: chat, reply: node }`",
  );
});

test("a socket on which a page had two conversations carries several", () => {
  const { wire } = learn(treeSocket(null, CHATS[0], CHATS[1]));
  expect(wire.stream?.channel).toEqual({ conversation: "chat", reply: "node" });
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

/** A page with rooms that it names itself, as it does each message. */
function rooms(
  room: string,
  ...asked: readonly (readonly [id: string, text: string])[]
): [HarEntry, HarEntry] {
  const frames = asked.flatMap(([id, text]) => [
    sent({ op: "ask", id, room, text }),
    ...came({ op: "got", id }, ...RIVERS.map((s) => ({ op: "tok", id, s })), { op: "done", id, how: "ok" }),
  ]);
  const rows = asked.flatMap(([, text]) => [
    { from: "me", text, state: "ok" },
    { from: "bot", text: RIVERS.join(""), state: "ok" },
  ]);
  return [
    { request: "WS ws://127.0.0.1:8000/live", frames },
    { request: `GET http://127.0.0.1:8000/history/${room}`, answer: rows },
  ];
}

test.each([
  ["one message", [["m4p1t07oj", SALTY]]],
  [
    "two messages",
    [
      ["m4p1t07oj", SALTY],
      ["mj1l72axh", TIDES],
    ],
  ],
] as const)("a room and an id that the page made up are made anew, by %s", (_, asked) => {
  const { wire, unsayable } = learn(...rooms("rm-q5vyqzt1", ...asked));
  expect(wire).toMatchObject({
    conversation: "own",
    send: { body: { op: "ask", id: "{key}", room: "{conversation}", text: "{text}" } },
    rows: { request: "GET /history/{conversation}" },
  });
  expect(unsayable).toEqual([]);
});

test("a reply that a frame halted is no sample of a whole one, and tells what a cancelled one is called", () => {
  const [socket] = rooms("rm-q5vyqzt1", ["m4p1t07oj", SALTY]);
  const halted = "Once upon a time there was";
  const { wire, talk } = learn(
    {
      request: "WS ws://127.0.0.1:8000/live",
      frames: [
        sent({
          op: "ask",
          id: "m6t9upkbn",
          room: "rm-q5vyqzt1",
          text: "ReportProblem me a long story of 500 words",
        }),
        ...came(...halted.split(/(?<= )/).map((s) => ({ op: "tok", id: "m6t9upkbn", s }))),
        sent({ op: "halt", id: "m6t9upkbn" }),
        ...came({ op: "done", id: "m6t9upkbn", how: "cut" }),
      ],
    },
    socket,
    {
      request: "GET http://127.0.0.1:8000/history/rm-q5vyqzt1",
      answer: [
        { from: "me", text: "ReportProblem me a long story of 500 words", state: "ok" },
        { from: "bot", text: halted, state: "cut" },
        { from: "me", text: SALTY, state: "ok" },
        { from: "bot", text: RIVERS.join(""), state: "ok" },
      ],
    },
  );
  expect(talk.reply).toBe(RIVERS.join(""));
  expect(wire.stream?.done).toMatchObject({ reasons: { stop: ["ok"], cancelled: ["cut"] } });
  expect(wire.rows?.statuses).toEqual({ cancelled: ["cut"] });
  // The page names a reply by the word that it made up for the message.
  expect(wire.send?.body).toMatchObject({ id: "{key}" });
  expect(wire.cancel).toEqual({ frame: { op: "halt", id: "{key}" } });
});

test("a room that does not look made up is no place for messages of a check", () => {
  const { unsayable } = learn(...rooms("lobby", ["m4p1t07oj", SALTY]));
  expect(unsayable).toEqual([expect.stringMatching(/^every message would go into lobby, /)]);
});

test("a stream that was there before two messages and ends neither reply is said to need a driver in code", () => {
  const channel: HarEntry = {
    request: "GET http://127.0.0.1:8000/events?room=1",
    type: "text/event-stream",
    took_ms: 60_000,
    answer: eventsOf(...pieces(RIVERS), ...pieces(RIVERS.toReversed())),
  };
  const message = (text: string): HarEntry => ({
    request: "POST http://127.0.0.1:8000/message",
    body: { room: 1, message: text },
    answer: { ok: true },
  });
  try {
    learn(channel, message(SALTY), message("And why is it blue?"));
    expect.unreachable();
  } catch (error) {
    expect((error as UserError).message).toBe(
      "In chat.har is no reply that a description can say: GET /events?room=1 (entry 1) streams from before the message was sent.",
    );
  }
});
