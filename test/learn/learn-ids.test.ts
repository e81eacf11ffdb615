import { expect, test } from "vitest";
import { isSameEndpoint } from "../../src/learn/id-uses.ts";
import type { LoggedExchange } from "../../src/learn/network-log.ts";
import type { HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const AT = "http://127.0.0.1:8000";
const SSE = "text/event-stream";

/** Events by their names, as a back end without a word `id` streams them. */
const named = (...events: readonly (readonly [name: string, data: unknown])[]): string =>
  events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");

const utterance = (words: string, me: string, reply: string, more: Partial<HarEntry> = {}): HarEntry => ({
  request: `POST ${AT}/rooms/r-22232546/utterances`,
  body: { utterance: words, llm: "qwen3-8b" },
  type: SSE,
  answer: named(
    ["hello", { you: "u-0000aaa1", me, llm: "qwen3-8b" }],
    ...reply.split(/(?= )/).map((s) => ["bit", { s }] as const),
    ["over", { why: "complete" }],
  ),
  ...more,
});

const MAKING: HarEntry = { request: `POST ${AT}/rooms`, body: {}, answer: { room: { ref: "r-22232546" } } };

test("what nobody calls an id is one where it flows from an answer into later calls; a model's name does not", () => {
  const { wire, unknown } = learn(
    MAKING,
    utterance("Why is the sea salty?", "u-81cf5e59", "Rivers."),
    utterance("And why is it blue?", "u-92d06f6a", "Light."),
    { request: `GET ${AT}/rooms`, answer: { rooms: [{ ref: "r-22232546", size: 4 }] } },
    {
      request: `GET ${AT}/rooms/r-22232546`,
      answer: {
        room: {
          utterances: [
            { speaker: "visitor", words: "Why is the sea salty?" },
            { speaker: "machine", words: "Rivers." },
          ],
        },
      },
    },
    utterance("Count to 200 please", "u-a3e1707b", "1 2", { took_ms: 5_000 }),
    { request: `PUT ${AT}/rooms/r-22232546/halt`, body: { me: "u-a3e1707b" }, answer: { halted: true } },
    { request: `DELETE ${AT}/rooms/r-22232546`, status: 204 },
  );
  expect(wire).toMatchObject({
    conversation: { request: "POST /rooms", told: { conversation: "room.ref" } },
    send: {
      request: "POST /rooms/{conversation}/utterances",
      body: { utterance: "{text}", llm: "qwen3-8b" },
    },
    stream: { started: { reply: "me" } },
    cancel: { request: "PUT /rooms/{conversation}/halt", body: { me: "{reply}" } },
    rows: { request: "GET /rooms/{conversation}", list: "room.utterances" },
    conversations: { request: "GET /rooms", list: "rooms", id: "ref" },
    delete_conversation: { request: "DELETE /rooms/{conversation}" },
  });
  expect(unknown.map(({ setting }) => setting)).not.toContain("send");
});

test("a header of any name tells the conversation, where later calls name it", () => {
  const ask = (q: string, t: string | null, answer: string): HarEntry => ({
    request: `POST ${AT}/ask`,
    body: { q, t },
    type: "text/plain",
    answerHeaders: { "X-Thread": "2d690291c2", "X-Request": "9b1f00aa17" },
    answer,
  });
  const { wire } = learn(
    ask("Why is the sea salty?", null, "Rivers."),
    ask("And the sky?", "2d690291c2", "Light."),
    {
      request: `GET ${AT}/transcript?t=2d690291c2`,
      answer: {
        turns: [
          { by: "asker", said: "Why is the sea salty?" },
          { by: "brain", said: "Rivers." },
        ],
      },
    },
  );
  expect(wire).toMatchObject({
    send: {
      request: "POST /ask",
      body: { q: "{text}", t: "{conversation|null}" },
      told: { conversation: "@header.x-thread" },
    },
    rows: { request: "GET /transcript?t={conversation}" },
  });
  expect(wire.send_first).toBeUndefined();
});

test("a secret that later calls show is no conversation", () => {
  const { wire } = learn(
    { request: `POST ${AT}/login`, body: { name: "ada" }, answer: { token: "abc123def456" } },
    utterance("Why is the sea salty?", "u-81cf5e59", "Rivers do.", {
      request: `POST ${AT}/say`,
      body: { utterance: "Why is the sea salty?", access_token: "abc123def456" },
    }),
  );
  expect(wire.send?.request).toBe("POST /say");
  expect(wire.conversation).toBeUndefined();
});

test("the model's name that a stream repeats is not its reply, though a list shows it beside what was said", () => {
  const { talk } = learn(
    utterance("Why is the sea salty?", "", "", { answer: undefined }),
    {
      request: `GET ${AT}/rooms/r-22232546`,
      answer: { utterances: [{ words: "Why is the sea salty?", llm: "qwen3-8b" }] },
    },
    utterance("Count to 2 please", "u-a3e1707b", "1 2"),
  );
  expect(talk).toEqual({ said: "Count to 2 please", reply: "1 2" });
});

test("a message whose stream the browser did not keep is not answered by something else", () => {
  const models: HarEntry = { request: `GET ${AT}/llms`, answer: { llms: [{ tag: "tiny-a" }] } };
  const unkept = utterance("Why is the sea salty?", "", "", { answer: undefined });
  const learning = () => learn(models, MAKING, unkept);
  expect(learning).toThrow(/^In chat\.har is no reply\.$/);
  const hint = expect.stringContaining(
    "The body of POST /rooms/r-22232546/utterances (entry 3), which streams,",
  );
  expect(learning).toThrow(expect.objectContaining({ hint }));
  const kept = utterance("And why is it blue?", "u-92d06f6a", "Light comes back.");
  expect(learn(models, MAKING, unkept, kept).talk).toEqual({
    said: "And why is it blue?",
    reply: "Light comes back.",
  });
});

test("a conversation that is deleted by a body is no deletion that can be described, and is not said to be none", () => {
  const { wire, unknown } = learn(
    MAKING,
    utterance("Why is the sea salty?", "u-81cf5e59", "Rivers run."),
    utterance("And why is it blue?", "u-92d06f6a", "Light comes."),
    { request: `POST ${AT}/shelve`, body: { t: "r-22232546" }, answer: { gone: true } },
  );
  expect(wire.delete_conversation).toBeUndefined();
  expect(unknown).toContainEqual({
    setting: "delete_conversation",
    why: expect.stringContaining("to delete a conversation by its address"),
  });
});

test("two calls are one where they differ in ids alone", () => {
  const at = (path: string) => ({ method: "POST", path, origin: "http://h" }) as LoggedExchange;
  expect(isSameEndpoint(at("/chats/7/say"), at("/chats/8/say"))).toBe(true);
  expect(isSameEndpoint(at("/chats/new"), at("/chats/archive"))).toBe(false);
  expect(isSameEndpoint(at("/chats/brisk-fox"), at("/chats/calm-owl"))).toBe(false);
  expect(
    isSameEndpoint(at("/chats/brisk-fox"), at("/chats/calm-owl"), new Set(["brisk-fox", "calm-owl"])),
  ).toBe(true);
});
