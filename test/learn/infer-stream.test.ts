import { expect, test } from "vitest";
import { eventsOf, type HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const AT = "http://127.0.0.1:8000";
const WORDS = ["Rivers ", "bring ", "salt."];
const SALTY = "Why is the sea salty?";

function streamed(answer: string): HarEntry {
  return { request: `POST ${AT}/say`, body: { text: SALTY }, type: "text/event-stream", answer };
}

function learnStream(answer: string) {
  const { wire, talk } = learn(streamed(answer));
  expect(talk.reply).toBe("Rivers bring salt.");
  return wire.stream;
}

test("patches of JSON: text and thought are told apart by what is patched", () => {
  const patch = (op: string, path: string, value: unknown) => ({ op, path, value });
  const stream = learnStream(
    eventsOf(
      patch("add", "/message", { content: "", thought: "", status: "in_progress" }),
      patch("append", "/message/thought", "Let me "),
      patch("append", "/message/thought", "think."),
      ...WORDS.map((word) => patch("append", "/message/content", word)),
      patch("replace", "/message/status", "finished"),
    ),
  );
  expect(stream).toMatchObject({
    type: "path",
    text: { of: "/message/content", at: "value" },
    thought: { of: "/message/thought", at: "value" },
    done: { of: "/message/status", reason: "value" },
  });
});

test("tokens that are counted by two events, of which the first is no more than a beginning", () => {
  const stream = learnStream(
    eventsOf(
      { kind: "begin", usage: { input_tokens: 12, output_tokens: 1 } },
      ...WORDS.map((piece) => ({ kind: "piece", piece })),
      { kind: "sum", usage: { output_tokens: 15 } },
      { kind: "end" },
    ),
  );
  expect(stream).toMatchObject({
    usage: [
      { of: "begin", prompt: "usage.input_tokens" },
      { of: "sum", completion: "usage.output_tokens" },
    ],
    done: { of: "end" },
  });
});

test("a word alone in capitals at the end is no word of the reply", () => {
  expect(learnStream(eventsOf(...WORDS, "END"))).toEqual({
    framing: "sse",
    text: { at: "" },
    done: { data: "END" },
  });
});

test("a word for the end that stands where another stood before is the end by that word alone", () => {
  const stream = learnStream(
    eventsOf(...WORDS.map((t) => ({ t, state: "going" })), { t: "", state: "completed" }),
  );
  expect(stream).not.toMatchObject({ done: { has: expect.anything() } });
});

test("Anthropic's messages are known", () => {
  const stream = learnStream(
    [
      { type: "message_start", message: { model: "m", usage: { input_tokens: 12, output_tokens: 1 } } },
      ...WORDS.map((text) => ({
        type: "content_block_delta",
        index: 0,
        delta: { type: "text_delta", text },
      })),
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 15 } },
      { type: "message_stop" },
    ]
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(""),
  );
  expect(stream).toMatchObject({ text: { at: "delta.text" }, done: { of: "message_delta" } });
});

test("a task that each answer names is the reply's; what is asked of one conversation lists none", () => {
  const CHAT = "45701982-8118-4bc5-8e9b-64562b4555f2";
  const say = (query: string, conversation_id: string, task_id: string): HarEntry => ({
    request: `POST ${AT}/v1/chat-messages`,
    body: { query, conversation_id, user: "abc-123" },
    type: "text/event-stream",
    answer: eventsOf(
      ...WORDS.map((answer) => ({ event: "message", task_id, conversation_id: CHAT, answer })),
      { event: "message_end", task_id, conversation_id: CHAT },
    ),
  });
  const { wire } = learn(
    say(SALTY, "", "task-900bbd43"),
    say("Why are there tides?", CHAT, "task-81c0ffee"),
    { request: `POST ${AT}/v1/chat-messages/task-81c0ffee/stop`, body: { user: "abc-123" }, answer: {} },
    {
      request: `GET ${AT}/v1/messages?conversation_id=${CHAT}`,
      answer: { data: [{ id: "m-1", conversation_id: CHAT, query: SALTY, answer: "Rivers bring salt." }] },
    },
    { request: `POST ${AT}/v1/conversations/delete`, body: { ids: [CHAT] }, answer: {} },
  );
  expect(wire).toMatchObject({
    send: { body: { query: "{text}", conversation_id: "{conversation}", user: "abc-123" } },
    stream: { started: { conversation: "conversation_id", reply: "task_id" } },
    cancel: { request: "POST /v1/chat-messages/{reply}/stop", body: { user: "abc-123" } },
    delete_conversation: { request: "POST /v1/conversations/delete", body: { ids: ["{conversation}"] } },
  });
  expect(wire.conversations).toBeUndefined();
});

test("an event's id that a read needs is the reply's, whatever is beside it; a program's query is no message", () => {
  const { wire, talk } = learn(
    {
      request: `POST ${AT}/call/chat`,
      body: { query: "mutation Send($text: String!) { send(text: $text) { id } }", data: [SALTY, null] },
      answer: { event_id: "8d41a0b7c3e84d3a9a2d1f" },
    },
    {
      request: `GET ${AT}/call/chat/8d41a0b7c3e84d3a9a2d1f`,
      type: "text/event-stream",
      answer: `${WORDS.map((_, index) => `event: generating\ndata: ${JSON.stringify([WORDS.slice(0, index + 1).join("")])}\n\n`).join("")}event: complete\ndata: []\n\n`,
    },
  );
  expect(talk.said).toBe(SALTY);
  expect(wire).toMatchObject({
    send: { body: { data: ["{text}", null] }, told: { reply: "event_id" } },
    read: { request: "GET /call/chat/{reply}" },
    stream: { text: { of: "generating", at: "0", cumulative: true }, done: { of: "complete" } },
  });
});

test("what a page makes up for one message is another one each time; zeros alone stay", () => {
  const nobody = "00000000-0000-0000-0000-000000000000";
  const { wire } = learn({
    ...streamed(eventsOf(...WORDS, "[DONE]")),
    body: { text: SALTY, messageId: "1a0c2a7d-3b1e-4a4c-9f8d-7b6aaaaaaaaa", parentMessageId: nobody },
  });
  expect(wire.send?.body).toEqual({ text: "{text}", messageId: "{key}", parentMessageId: nobody });
});

test("an answer in one piece: what repeats the question is no reply, and the most words are, whatever they are called", () => {
  const { wire, talk } = learn({
    request: `POST ${AT}/ask`,
    body: { message: SALTY, lang: "en" },
    answer: { message: SALTY, lang: "en", took: "12 ms", bot_said: "Rivers bring salt." },
  });
  expect(talk).toEqual({ said: SALTY, reply: "Rivers bring salt." });
  expect(wire.stream).toEqual({ framing: "json", text: { at: "bot_said" } });
});

test("who sends messages is the same for all of them, and no key of one", () => {
  const user_id = "1a0c2a7d-3b1e-4a4c-9f8d-7b6aaaaaaaaa";
  const say = (text: string, request_id: string, parent_id: string | null): HarEntry => ({
    ...streamed(eventsOf(...WORDS, "[DONE]")),
    body: { text, user_id, request_id, parent_id },
  });
  const { wire } = learn(
    say(SALTY, "2b0c2a7d-3b1e-4a4c-9f8d-7b6aaaaaaaaa", null),
    // What it is after has another place.
    say(
      "Why are there tides?",
      "3c0c2a7d-3b1e-4a4c-9f8d-7b6aaaaaaaaa",
      "2b0c2a7d-3b1e-4a4c-9f8d-7b6aaaaaaaaa",
    ),
  );
  expect(wire.send?.body).toMatchObject({ text: "{text}", user_id, request_id: "{key}" });
});

test("of one message in a list, beside the id of a conversation, it is said that the list was guessed", () => {
  const { wire, unknown } = learn({
    ...streamed(eventsOf(...WORDS, "[DONE]")),
    body: {
      thread_id: "1a0c2a7d-3b1e-4a4c-9f8d-7b6aaaaaaaaa",
      messages: [{ role: "user", content: SALTY }],
    },
  });
  expect(wire.send?.body).toEqual({ thread_id: "{conversation}", messages: "{history}" });
  expect(unknown.find(({ setting }) => setting === "send")?.why).toMatch(
    /^whether its list of messages is the whole/,
  );
});

test.each([{ use: { in: 6, out: 65 } }, { usage: { p: 6, c: 65 } }])(
  "tokens under short names, beside the reason of the end: %j",
  (counts) => {
    const [[group, names] = ["", {}]] = Object.entries(counts);
    const [prompt, completion] = Object.keys(names).map((name) => `${group}.${name}`);
    const { wire } = learn(
      streamed(eventsOf(...WORDS.map((v) => ({ t: "chunk", v })), { t: "fin", why: "stop", ...counts })),
      {
        request: `GET ${AT}/said`,
        answer: [
          { by: "me", body: SALTY, st: "ok" },
          { by: "wren", body: WORDS.join(""), st: "ok" },
        ],
      },
    );
    expect(wire.stream).toMatchObject({
      usage: { of: "fin", prompt, completion },
      done: { of: "fin", reason: "why" },
    });
    expect(wire.rows).toMatchObject({ status: "st" });
  },
);
