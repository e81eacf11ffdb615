import { expect, test } from "vitest";
import { eventsOf, type HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const AT = "http://127.0.0.1:8000";
const SSE = "text/event-stream";

const rivers = eventsOf({ d: "Rivers " }, { d: "bring " }, { d: "salt." }, { end: true });
const moon = eventsOf({ d: "The " }, { d: "moon " }, { d: "does." }, { end: true });
const rows: HarEntry = {
  request: `GET ${AT}/chats/c-17/messages`,
  answer: [
    { role: "user", text: "Why is the sea salty?" },
    { role: "assistant", text: "Rivers bring salt." },
    { role: "user", text: "Why are there tides?" },
    { role: "assistant", text: "The moon does." },
  ],
};

test("a first message that makes its own conversation is a call of its own, and later ones go elsewhere", () => {
  const { wire, findings, unknown } = learn(
    {
      request: `POST ${AT}/chats`,
      body: { opening: "Why is the sea salty?", kind: "chat" },
      type: SSE,
      answer: eventsOf({ chat_id: "c-17" }) + rivers,
    },
    {
      request: `POST ${AT}/chats/c-17/messages`,
      body: { text: "Why are there tides?" },
      type: SSE,
      answer: moon,
    },
    rows,
    { request: `DELETE ${AT}/chats/c-17`, status: 204, type: "" },
  );
  expect(wire).toEqual({
    service: "hmi",
    send_first: { request: "POST /chats", body: { opening: "{text}", kind: "chat" } },
    send: { request: "POST /chats/{conversation}/messages", body: { text: "{text}" } },
    stream: {
      framing: "sse",
      text: { at: "d" },
      done: { where: { end: true } },
      started: { conversation: "chat_id" },
    },
    rows: { request: "GET /chats/{conversation}/messages", list: "", text: "text", role: "role" },
    delete_conversation: { request: "DELETE /chats/{conversation}" },
  });
  expect(findings.find(({ setting }) => setting === "send_first")?.bytes).toContain("Why is the sea salty?");
  expect(unknown.map(({ setting }) => setting)).not.toContain("send");
});

test("a first message whose answer tells the conversation, and replies that are read by a call of their own", () => {
  const { wire } = learn(
    {
      request: `POST ${AT}/chats`,
      body: { text: "Why is the sea salty?" },
      status: 201,
      answer: { chat: { id: "c-17" }, run_id: "r-1" },
    },
    { request: `GET ${AT}/runs/r-1`, type: SSE, answer: rivers },
    {
      request: `POST ${AT}/chats/c-17/messages`,
      body: { text: "Why are there tides?" },
      answer: { run_id: "r-2" },
    },
    { request: `GET ${AT}/runs/r-2`, type: SSE, answer: moon },
    rows,
    // Of a third one, that was stopped.
    {
      request: `POST ${AT}/chats/c-17/messages`,
      body: { text: "Count to a thousand" },
      answer: { run_id: "r-3" },
    },
    { request: `POST ${AT}/runs/r-3/stop`, answer: {} },
  );
  expect(wire).toMatchObject({
    send_first: {
      request: "POST /chats",
      body: { text: "{text}" },
      told: { conversation: "chat.id", reply: "run_id" },
    },
    send: { request: "POST /chats/{conversation}/messages", told: { reply: "run_id" } },
    read: { request: "GET /runs/{reply}" },
    cancel: { request: "POST /runs/{reply}/stop" },
  });
  expect(wire.conversation).toBeUndefined();
});

test.each([
  ["null", { chat: null }, "{conversation|null}"],
  ["left out", {}, "{conversation}"],
])("two messages by one call are one setting, whose first conversation is %s", (_, beside, conversation) => {
  const { wire } = learn(
    {
      request: `POST ${AT}/say`,
      body: { text: "Why is the sea salty?", at: 1, ...beside },
      type: SSE,
      answer: eventsOf({ chat: "c-17" }) + rivers,
    },
    {
      request: `POST ${AT}/say`,
      body: { text: "Why are there tides?", at: 2, chat: "c-17" },
      type: SSE,
      answer: moon,
    },
  );
  expect(wire.send_first).toBeUndefined();
  expect(wire.conversation).toBeUndefined();
  expect(wire.send).toMatchObject({
    request: "POST /say",
    body: { text: "{text}", chat: conversation },
  });
  expect(wire.stream).toMatchObject({ started: { conversation: "chat" } });
});

test("a title that is the message is no first message", () => {
  const { wire } = learn(
    {
      request: `POST ${AT}/chats`,
      body: { title: "Why is the sea salty?" },
      answer: { id: "c-17", chat: "c-17" },
    },
    {
      request: `POST ${AT}/chats/c-17/messages`,
      body: { text: "Why is the sea salty?" },
      type: SSE,
      answer: rivers,
    },
  );
  expect(wire.send_first).toBeUndefined();
  expect(wire).toMatchObject({
    conversation: { request: "POST /chats" },
    send: { request: "POST /chats/{conversation}/messages" },
  });
});

test("ids in headers, and a DELETE that ends a reply while it comes", () => {
  const { wire } = learn(
    {
      request: `POST ${AT}/talk`,
      body: { text: "Why is the sea salty?" },
      type: SSE,
      answerHeaders: { "X-Thread-Id": "t17", "X-Run-Id": "r1" },
      answer: rivers,
    },
    {
      request: `POST ${AT}/talk`,
      body: { text: "Why are there tides?", thread_id: "t17" },
      type: SSE,
      answerHeaders: { "X-Run-Id": "r2" },
      answer: moon,
      took_ms: 5_000,
    },
    { request: `DELETE ${AT}/talk/r2`, status: 204, type: "" },
    { request: `DELETE ${AT}/threads/t17`, status: 204, type: "" },
  );
  expect(wire).toMatchObject({
    send: {
      request: "POST /talk",
      body: { text: "{text}", thread_id: "{conversation}" },
      told: { conversation: "@header.x-thread-id", reply: "@header.x-run-id" },
    },
    cancel: { request: "DELETE /talk/{reply}" },
    delete_conversation: { request: "DELETE /threads/{conversation}" },
  });
  expect(wire.stream).not.toHaveProperty("started");
});

test("rows that are a map by their ids are listed in its order", () => {
  const { wire } = learn(
    { request: `POST ${AT}/say`, body: { text: "Why is the sea salty?" }, type: SSE, answer: rivers },
    {
      request: `GET ${AT}/chat`,
      answer: {
        thread: {
          "m-7": { by: "me", text: "Why is the sea salty?" },
          "m-8": { by: "it", text: "Rivers bring salt." },
        },
      },
    },
  );
  expect(wire.rows).toEqual({
    request: "GET /chat",
    list: "thread",
    text: "text",
    role: "by",
    roles: { user: ["me"], assistant: ["it"] },
    id: "@key",
  });
});

test("events that say deep inside what they are, a cookie that says who calls, a stop of a message that came later", () => {
  const ev = (kind: string, payload: object): string => `${JSON.stringify({ ev: { kind, payload } })}\n`;
  const reply = (text: string, how = "finished"): string =>
    ev("hello", { mood: "calm" }) +
    text
      .split(" ")
      .map((word) => ev("delta", { chunk: { value: `${word} ` } }))
      .join("") +
    ev("bye", { how, tokens: { prompt: 5, completion: 3 } });
  const headers = { Cookie: "theme=dark; oracle_session=s3cr3t" };
  const put = (text: string, run: string, answer: string, took_ms = 0): HarEntry => ({
    request: `PUT ${AT}/talks/k17/turns`,
    headers,
    body: { say: text },
    type: "application/x-ndjson",
    answerHeaders: { "x-turn-id": run },
    took_ms,
    answer,
  });
  const { wire, unknown } = learn(
    { request: `POST ${AT}/talks`, headers, body: {}, answerHeaders: { "x-talk-id": "k17" }, answer: {} },
    put("Why are there tides?", "t1", reply("The moon does it by its pull.")),
    put("Count to a thousand, please.", "t2", reply("1, 2, 3", "enough"), 5_000),
    { request: `DELETE ${AT}/turns/t2`, headers, status: 204, type: "" },
    { request: `GET ${AT}/talks`, headers, answer: { talks: { k17: { title: "Tides" } } } },
    {
      request: `GET ${AT}/talks/k17`,
      headers,
      answer: [
        { by: "me", words: "Why are there tides?" },
        { by: "it", words: "The moon does it by its pull. ", phase: "finished" },
        { by: "me", words: "Count to a thousand, please." },
        { by: "it", words: "1, 2, 3 ", phase: "enough" },
      ],
    },
  );
  expect(wire).toMatchObject({
    headers: { cookie: "oracle_session={token}" },
    conversation: { request: "POST /talks", told: { conversation: "@header.x-talk-id" } },
    send: { request: "PUT /talks/{conversation}/turns", told: { reply: "@header.x-turn-id" } },
    stream: {
      framing: "ndjson",
      type: "ev.kind",
      text: { of: "delta", at: "ev.payload.chunk.value" },
      usage: { of: "bye", prompt: "ev.payload.tokens.prompt", completion: "ev.payload.tokens.completion" },
      done: { of: "bye", reason: "ev.payload.how", reasons: { stop: ["finished"], cancelled: ["enough"] } },
    },
    cancel: { request: "DELETE /turns/{reply}" },
    rows: { status: "phase", statuses: { cancelled: ["enough"] } },
    conversations: { request: "GET /talks", list: "talks", id: "@key" },
  });
  expect(JSON.stringify(wire)).not.toContain("s3cr3t");
  expect(unknown.find(({ setting }) => setting === "headers")?.why).toContain("the cookie oracle_session");
});

test("a name that logs in is no first message, though later calls use what its answer told", () => {
  const { wire } = learn(
    {
      request: `POST ${AT}/login`,
      body: { name: "ada", password: "s3cr3t-words" },
      answer: { access_token: "tok-81cf5e59aa", home: "c-17" },
    },
    {
      request: `POST ${AT}/chats/c-17/messages`,
      body: { text: "Why is the sea salty?" },
      type: SSE,
      answer: rivers,
    },
    {
      request: `POST ${AT}/chats/c-17/messages`,
      body: { text: "Why are there tides?" },
      type: SSE,
      answer: moon,
    },
    rows,
  );
  expect(wire.send_first).toBeUndefined();
  expect(wire.send).toMatchObject({ body: { text: "{text}" } });
});
