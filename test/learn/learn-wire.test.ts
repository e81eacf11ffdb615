import { expect, test } from "vitest";
import { eventsOf, type HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const AT = "http://127.0.0.1:8000";
const UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7";

const SSE = "text/event-stream";

test("a FastAPI back end: lines of JSON, and a conversation's id that the page makes up", () => {
  const { driver, wire, talk, unknown } = learn(
    {
      request: `POST ${AT}/chat`,
      body: { session_id: UUID, message: "Why is the sea salty?", stream: true },
      type: "application/x-ndjson",
      answer: [
        '{"token":"Rivers "}',
        '{"token":"bring salt."}',
        '{"finished":true,"output_tokens":3}',
        "",
      ].join("\n"),
    },
    {
      request: `GET ${AT}/history/${UUID}`,
      answer: [
        { type: "human", text: "Why is the sea salty?" },
        { type: "ai", text: "Rivers bring salt." },
      ],
    },
  );
  expect(driver).toBe("described");
  expect(talk).toEqual({ said: "Why is the sea salty?", reply: "Rivers bring salt." });
  expect(wire).toEqual({
    service: "hmi",
    conversation: "own",
    send: {
      request: "POST /chat",
      body: { session_id: "{conversation}", message: "{text}", stream: true },
    },
    stream: {
      framing: "ndjson",
      text: { at: "token" },
      usage: { completion: "output_tokens" },
      done: { where: { finished: true } },
    },
    rows: { request: "GET /history/{conversation}", list: "", text: "text", role: "type" },
  });
  expect(unknown.map(({ setting }) => setting)).toEqual([
    "stream",
    "cancel",
    "delete_conversation",
    "conversations",
    "models",
    "health",
  ]);
});

test("ids that are numbers, and a stream that repeats the whole text so far", () => {
  const { wire, talk } = learn(
    { request: `POST ${AT}/threads`, body: {}, answer: { thread: { id: 17 } } },
    {
      request: `POST ${AT}/say`,
      body: { thread_id: 17, text: "Why is the sea salty?" },
      type: SSE,
      answer: eventsOf({ full: "Riv" }, { full: "Rivers" }, { full: "Rivers do." }, { end: true }),
    },
    {
      request: `GET ${AT}/threads/17`,
      answer: [
        { role: "user", text: "Why is the sea salty?" },
        { role: "assistant", text: "Rivers do." },
      ],
    },
  );
  expect(talk.reply).toBe("Rivers do.");
  expect(wire).toMatchObject({
    conversation: { request: "POST /threads", told: { conversation: "thread.id" } },
    send: { request: "POST /say", body: { thread_id: "{conversation|number}", text: "{text}" } },
    stream: { text: { at: "full", cumulative: true }, done: { where: { end: true } } },
  });
});

test("a message in an EventSource's query, with bare text and [DONE]", () => {
  const { wire, talk } = learn({
    request: `GET ${AT}/stream?prompt=Count+to+three&room=`,
    type: SSE,
    answer: eventsOf("1", ", 2", ", 3", "[DONE]"),
  });
  expect(talk.reply).toBe("1, 2, 3");
  expect(wire).toEqual({
    service: "hmi",
    send: { request: "GET /stream?prompt={text}&room=" },
    stream: { framing: "sse", text: { at: "" }, done: { data: "[DONE]" } },
  });
});

test("a send and a read, ids that flow from the answer into a path, events with names, a cancel, models", () => {
  const { wire, findings } = learn(
    { request: `GET ${AT}/v2/models`, answer: { models: [{ name: "small" }, { name: "large" }] } },
    {
      request: `POST ${AT}/v2/ask`,
      body: { thread: null, question: "Why is the sea salty?", model: "small", nonce: UUID },
      answer: { thread: { id: "t-17" }, run_id: 5031 },
    },
    {
      request: `GET ${AT}/v2/runs/5031/events`,
      type: SSE,
      answer: [
        'event: thinking\ndata: {"text":"Hm."}\n\n',
        'event: chunk\ndata: {"text":"Rivers "}\n\n',
        'event: chunk\ndata: {"text":"do."}\n\n',
        'event: finished\ndata: {"stop_reason":"end"}\n\n',
      ].join(""),
    },
    { request: `POST ${AT}/v2/runs/5031/abort`, answer: {} },
    {
      request: `GET ${AT}/v2/threads/t-17`,
      answer: {
        id: "t-17",
        turns: [
          { id: 1, by: "person", said: { text: "Why is the sea salty?" } },
          { id: 2, by: "model", said: { text: "Rivers do." } },
        ],
      },
    },
  );
  expect(wire).toEqual({
    service: "hmi",
    send: {
      request: "POST /v2/ask",
      body: { thread: "{conversation|null}", question: "{text}", model: "{model}", nonce: "{key}" },
      told: { conversation: "thread.id", reply: "run_id" },
    },
    read: { request: "GET /v2/runs/{reply}/events" },
    stream: {
      framing: "sse",
      type: "@event",
      text: { of: "chunk", at: "text" },
      thought: { of: "thinking", at: "text" },
      done: { of: "finished", reason: "stop_reason", reasons: { stop: ["end"] } },
    },
    cancel: { request: "POST /v2/runs/{reply}/abort" },
    rows: {
      request: "GET /v2/threads/{conversation}",
      list: "turns",
      text: "said.text",
      role: "by",
      roles: { user: ["person"], assistant: ["model"] },
      id: "id",
    },
    models: { request: "GET /v2/models", list: "models", id: "name" },
  });
  expect(findings.find(({ setting }) => setting === "stream.done")).toEqual({
    setting: "stream.done",
    value: "{of:finished,reason:stop_reason,reasons:{stop:[end]}}",
    where: "entry 3, GET /v2/runs/5031/events",
    bytes: '{"stop_reason":"end"}',
  });
});

test("a WebSocket: the frame that carried the text, and those that answered it", () => {
  const { wire, talk } = learn({
    request: "WS ws://127.0.0.1:8000/ws/chat",
    status: 101,
    frames: [
      '> {"action":"ask","content":"Why is the sea salty?"}',
      '< {"op":"piece","d":"Rivers "}',
      '< {"op":"piece","d":"do."}',
      '< {"op":"end","tokens":{"prompt":5,"completion":2}}',
    ],
  });
  expect(talk.reply).toBe("Rivers do.");
  expect(wire).toEqual({
    service: "hmi",
    send: { request: "WS /ws/chat", body: { action: "ask", content: "{text}" } },
    stream: {
      framing: "websocket",
      type: "op",
      text: { of: "piece", at: "d" },
      usage: { of: "end", prompt: "tokens.prompt", completion: "tokens.completion" },
      done: { of: "end" },
    },
  });
});

test("socket.io: its events, by their names", () => {
  const { wire } = learn({
    request: "WS ws://127.0.0.1:8000/socket.io/?EIO=4&transport=websocket",
    status: 101,
    frames: [
      '< 0{"sid":"a","pingInterval":25000}',
      "> 40",
      '< 40{"sid":"b"}',
      '> 42["ask",{"text":"Why is the sea salty?"}]',
      '< 42["piece",{"d":"Rivers "}]',
      "< 2",
      "> 3",
      '< 42["piece",{"d":"do."}]',
      '< 42["end",{}]',
    ],
  });
  expect(wire).toEqual({
    service: "hmi",
    send: { request: "WS /socket.io/?EIO=4&transport=websocket", body: ["ask", { text: "{text}" }] },
    stream: { framing: "socket.io", type: "@event", text: { of: "piece", at: "d" }, done: { of: "end" } },
  });
});

test("of a known driver only what departs is written", () => {
  const chunk = (content: string, finish_reason: string | null = null) => ({
    model: "m",
    choices: [{ index: 0, delta: { content }, finish_reason }],
  });
  const chat: HarEntry = {
    request: `POST ${AT}/v1/chat/completions`,
    headers: { Authorization: "Bearer sk-very-secret" },
    body: { model: "m", stream: true, messages: [{ role: "user", content: "Hi there" }] },
    type: SSE,
    answer: eventsOf(chunk("Hel"), chunk("lo"), chunk("", "stop"), "[DONE]"),
  };
  expect(learn(chat)).toMatchObject({
    driver: "openai-chat",
    service: "gateway",
    wire: {},
    talk: { reply: "Hello" },
  });
  const health: HarEntry = { request: `GET ${AT}/healthz`, answer: { ok: true } };
  expect(learn(chat, health).wire).toEqual({ health: { request: "GET /healthz" } });
});

test("the seeds' wire and our own are told apart by what begins their streams", () => {
  const send: HarEntry = {
    request: `POST ${AT}/api/chat/message`,
    body: { session_id: null, message: "Hi there" },
    answer: { session_id: UUID, message_id: "m1", assistant_message_id: "m2" },
  };
  const stream = (...first: readonly unknown[]): HarEntry => ({
    request: `GET ${AT}/api/chat/stream/${UUID}`,
    type: SSE,
    answer: eventsOf(...first, { type: "token", content: "Hello" }, { type: "done", finish_reason: "stop" }),
  });
  expect(learn(send, stream())).toMatchObject({ driver: "seeds", wire: {} });
  const started = {
    type: "started",
    session_id: UUID,
    message_id: "m1",
    assistant_message_id: "m2",
    model: "m",
  };
  expect(learn(send, stream(started))).toMatchObject({ driver: "ours", wire: {} });
});

test("no secret of a log is in what is shown or written", () => {
  const learned = learn({
    request: `POST ${AT}/chat?access_token=sk-one`,
    headers: { "X-Api-Key": "sk-two", Cookie: "session=sk-three", "X-Tenant": "acme" },
    body: { prompt: "Why is the sea salty?", api_key: "sk-four" },
    type: SSE,
    answer: eventsOf({ delta: "Rivers " }, { delta: "do." }, { done: true }),
  });
  expect(JSON.stringify(learned)).not.toMatch(/sk-(?:one|two|three|four)/);
  expect(learned.wire).toMatchObject({
    headers: { "x-api-key": "{token}", "x-tenant": "acme" },
    send: { request: "POST /chat?access_token={token}", body: { prompt: "{text}", api_key: "{token}" } },
  });
  expect(learned.unknown.map(({ why }) => why).join("\n")).toContain("STACK_AUTH_TOKEN");
});

test("a page's other calls are not taken for the talk", () => {
  const { wire } = learn(
    {
      request: `POST ${AT}/telemetry`,
      body: { event: "page viewed by somebody", message: "started up" },
      answer: {},
    },
    { request: `GET ${AT}/notices`, type: SSE, answer: eventsOf({ kind: "hello", text: "Welcome back" }) },
    {
      request: `POST ${AT}/say`,
      body: { text: "Why is the sea salty?" },
      type: SSE,
      answer: eventsOf({ text: "Riv" }, { text: "ers " }, { text: "do." }, { done: true }),
    },
    { request: "POST https://stats.example/collect", body: { message: "Why is the sea salty?" }, answer: {} },
  );
  expect(wire.send?.request).toBe("POST /say");
});

test("what cannot be learned is told with what is there, and what to do", () => {
  const learning =
    (...entries: readonly HarEntry[]) =>
    () =>
      learn(...entries);
  expect(learning({ request: `GET ${AT}/`, type: "text/html", answer: "<p>" })).toThrow(
    "In chat.har is no message.",
  );
  const unkept: HarEntry = { request: `POST ${AT}/chat`, body: { message: "Why is it?" }, type: SSE };
  expect(learning(unkept)).toThrow(
    expect.objectContaining({
      code: "nothing_learned",
      hint: expect.stringContaining("stack tap --to http://127.0.0.1:8000 --record"),
    }),
  );
});

test("a conversation whose address ends like a file's is named there, and what takes it away is no stop button", () => {
  const say = (text: string, answer: string): HarEntry => ({
    request: `POST ${AT}/ask`,
    body: { thread: UUID, prompt: text },
    type: "text/plain; charset=utf-8",
    answer,
  });
  const page = { request: `GET ${AT}/`, type: "text/html", answer: "<p>Hello" };
  const utterances = [
    { speaker: "person", words: "Why is the sea salty?" },
    { speaker: "machine", words: "Rivers bring salt." },
  ];
  const { wire } = learn(
    page,
    say("Why is the sea salty?", "Rivers bring salt."),
    page,
    { request: `GET ${AT}/threads/${UUID}.json`, answer: { utterances } },
    { request: `POST ${AT}/threads/${UUID}/forget`, status: 204 },
  );
  expect(wire).toMatchObject({
    conversation: "own",
    stream: { framing: "text" },
    rows: { request: "GET /threads/{conversation}.json", list: "utterances", text: "words", role: "speaker" },
    delete_conversation: { request: "POST /threads/{conversation}/forget" },
  });
  expect(wire.cancel).toBeUndefined();
});

test("thoughts and text in events of one type, told apart by a word, and rows whose texts are parts", () => {
  const delta = (ch: string, s: string) => ({ t: "delta", chat: "c7", ch, s });
  const { wire, talk } = learn(
    {
      request: `POST ${AT}/say`,
      body: { text: "Why is the sea salty?" },
      type: SSE,
      answer: eventsOf(
        { t: "ack", chat: "c7" },
        delta("thinking", "Salt"),
        delta("thinking", " is old."),
        delta("answer", "Rivers"),
        delta("answer", " bring"),
        delta("answer", " it."),
        { t: "fin", chat: "c7", why: "stop" },
      ),
    },
    {
      request: `GET ${AT}/chats/c7`,
      answer: {
        nodes: {
          n1: { role: "human", parts: [{ kind: "text", text: "Why is the sea salty?" }] },
          n2: {
            role: "bot",
            parts: [
              { kind: "thinking", text: "Salt is old." },
              { kind: "text", text: "Rivers bring it." },
            ],
          },
        },
      },
    },
  );
  expect(talk.reply).toBe("Rivers bring it.");
  expect(wire).toMatchObject({
    stream: {
      type: "t",
      text: { of: "delta", where: { ch: "answer" }, at: "s" },
      thought: { of: "delta", where: { ch: "thinking" }, at: "s" },
      done: { of: "fin", reason: "why" },
    },
    rows: { list: "nodes", text: "parts", thought: "parts", role: "role" },
  });
});

test("UTF-8 that tells no charset, which Chromium reads as another one, is read as what it is", () => {
  const misread = (text: string): string =>
    new TextDecoder("windows-1252").decode(new TextEncoder().encode(text));
  const { talk } = learn({
    request: `POST ${AT}/say`,
    body: { text: "What is a port in Chinese?" },
    type: SSE,
    answer: misread(eventsOf("港 — ", "“port”", " café", "[DONE]")),
  });
  expect(talk.reply).toBe("港 — “port” café");
});

test("rows that hold a question with its answer, in a conversation that the back end names where the log has lost it", () => {
  const { wire } = learn(
    // Of a stream that the page leaves when it has heard its end browsers keep nothing.
    {
      request: `POST ${AT}/ask`,
      body: { q: "Why is the sea salty?", thread: "", voice: "quick" },
      type: SSE,
      answer: undefined,
    },
    {
      request: `GET ${AT}/threads`,
      answer: { threads: { "idle-tide-55807": { title: "Why is the sea salty?" } } },
    },
    {
      request: `POST ${AT}/ask`,
      body: { q: "And why are lakes not?", thread: "idle-tide-55807", voice: "quick" },
      type: SSE,
      answer: [
        'event: cast\ndata: {"thread":"idle-tide-55807"}\n\n',
        "data: Rivers \n\n",
        "data: leave them.\n\n",
        'event: fin\ndata: {"why":"stop"}\n\n',
      ].join(""),
    },
    {
      request: `GET ${AT}/threads/idle-tide-55807`,
      answer: {
        title: "And why are lakes not?",
        turns: [
          { n: 1, question: "Why is the sea salty?", answer: "Rivers do.", state: "whole" },
          { n: 2, question: "And why are lakes not?", answer: "Rivers leave them.", state: "whole" },
        ],
      },
    },
  );
  expect(wire).not.toHaveProperty("conversation");
  expect(wire.stream?.started).toEqual({ conversation: "thread" });
  expect(wire.send).toMatchObject({ body: { q: "{text}", thread: "{conversation}" } });
  expect(wire.rows).toEqual({
    request: "GET /threads/{conversation}",
    list: "turns",
    question: "question",
    text: "answer",
    status: "state",
    statuses: { complete: ["whole"] },
  });
});
