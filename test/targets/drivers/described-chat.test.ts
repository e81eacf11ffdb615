import { createServer } from "node:http";
import { expect, test } from "vitest";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import type { ChatClient } from "../../../src/targets/drivers/chat-client.ts";
import { failureOf, lastFact, textOf } from "../../../src/targets/drivers/reply-facts.ts";
import { describedChatAt, SOCKET_CHAT } from "../../support/described-chat.ts";
import { EXPRESS_CHAT, startExpressChat } from "../../support/express-chat.ts";
import { listenOnAnyPort } from "../../support/listen.ts";
import { type ServerSocket, serveWebSockets } from "../../support/web-socket-server.ts";

const PLACE = { modelId: null, options: {} };
const never = new AbortController().signal;

/** Sends a message to a conversation, or to none, and reads its reply. */
async function say(chat: ChatClient, text: string, conversation: string | null = null) {
  const sent = await chat.send({ place: PLACE, conversation, text }, never);
  return { sent, seen: await sent.read({ signal: never }).ended };
}

test("a back end with odd choices is talked to as its description says", async () => {
  const chat = describedChatAt(await startExpressChat(), EXPRESS_CHAT);
  const conversation = await chat.openConversation(PLACE, never);
  if (conversation === null) throw new Error("it has a call that makes one");
  const { sent, seen } = await say(chat, "Why are there tides?", conversation);
  expect(sent).toMatchObject({ isTaken: true, conversation, text: "Why are there tides?" });
  expect(textOf(seen)).toMatch(/^Tides come from the pull of the moon .* seas \.$/);
  expect(lastFact(seen, "usage")).toMatchObject({ prompt: 4, completion: 19 });
  expect(lastFact(seen, "done")).toMatchObject({ reason: "stop" });
  expect(await chat.rows(conversation, never)).toMatchObject([
    { role: "user", content: "Why are there tides?", session_id: conversation },
    { role: "assistant", content: textOf(seen), status: "complete" },
  ]);
  expect(await chat.conversations(never)).toEqual([conversation]);
  await chat.deleteConversation(conversation, never);
  expect(await chat.conversations(never)).toEqual([]);
  await expect(chat.rows(conversation, never)).rejects.toThrow(`answered 404: no talk ${conversation}`);
});

test("a reply is ended by the call that the description names", async () => {
  const chat = describedChatAt(await startExpressChat(), EXPRESS_CHAT);
  const conversation = (await chat.openConversation(PLACE, never)) ?? "";
  const sent = await chat.send({ place: PLACE, conversation, text: "Why?" }, never);
  const { promise: began, resolve: hasBegun } = Promise.withResolvers<void>();
  const { ended } = sent.read({ signal: never, onFact: ({ kind }) => kind === "text" && hasBegun() });
  await began;
  await chat.cancel({ conversation }, never);
  const seen = await ended;
  expect(lastFact(seen, "done")).toMatchObject({ reason: "cancelled" });
  expect(await chat.rows(conversation, never)).toMatchObject([
    {},
    { content: textOf(seen), status: "cancelled" },
  ]);
});

test("what is refused is told in the back end's own words", async () => {
  const chat = describedChatAt(await startExpressChat(), {
    ...EXPRESS_CHAT,
    send: { request: "POST /api/talks/{conversation}/say", body: { words: "{text}" } },
  });
  const conversation = (await chat.openConversation(PLACE, never)) ?? "";
  const { isTaken, call } = await chat.send({ place: PLACE, conversation, text: "Why?" }, never);
  expect(isTaken).toBe(false);
  expect(call).toMatchObject({ status: 422, body: { detail: "text is missing" } });
});

test("an error that is answered with success is a refusal, or a reply that failed, in the back end's own words", async () => {
  const server = createServer((_, response) =>
    response.setHeader("content-type", "application/json").end('{"error":"the house is full"}'),
  );
  const url = await listenOnAnyPort(server);
  const send = { request: "POST /say", body: { text: "{text}" } };
  const stream = { framing: "sse", text: { at: "delta" }, done: { has: "end" } } as const;
  const byOneCall = describedChatAt(url, { service: "hmi", send, stream });
  const { seen } = await say(byOneCall, "Why?");
  expect(failureOf(seen)?.message).toBe("answered 200: the house is full");
  expect(lastFact(seen, "done")).toBeDefined();
  const byTwo = describedChatAt(url, {
    service: "hmi",
    send: { ...send, told: { reply: "id" } },
    read: { request: "GET /replies/{reply}" },
    stream,
  });
  const { isTaken, call } = await byTwo.send({ place: PLACE, conversation: null, text: "Why?" }, never);
  expect(isTaken).toBe(false);
  expect(call.body).toEqual({ error: "the house is full" });
});

test("where closing the stream ends a reply, no call does, and no setting would change that", () => {
  const { service, send, stream } = EXPRESS_CHAT;
  const byClosing = describedChatAt("http://127.0.0.1:1", { service, send, stream, cancel: "close" });
  expect(byClosing.missingAbilities["cancel by a call"]).toMatch(/: no setting would change that$/);
  const byCall = describedChatAt("http://127.0.0.1:1", {
    ...EXPRESS_CHAT,
    cancel: { request: "POST /stop" },
  });
  expect(byCall.missingAbilities["cancel by a call"]).toBeUndefined();
});

test("what a description does not say is not told, with the setting that would say it", async () => {
  const { service, send, stream } = EXPRESS_CHAT;
  const chat = describedChatAt("http://127.0.0.1:1", { service, send, stream });
  await expect(chat.rows("7", never)).rejects.toThrow(NotObservable);
  expect(chat.missingAbilities["show rows"]).toContain("contract.wire.rows");
});

const PIECES = ["Hello ", "there."].map((d) => ({ op: "piece", d }));

function sayAll(socket: ServerSocket, events: readonly unknown[]): void {
  for (const event of events) socket.say(JSON.stringify(event));
}

test("by a WebSocket a message is the first frame, and its reply the frames that come, until its end is told", async () => {
  const asked: unknown[] = [];
  const url = await serveWebSockets({
    onText(text, socket) {
      asked.push([socket.request.url, socket.request.headers.authorization, JSON.parse(text)]);
      // What is counted may come after the end; the socket stays open.
      sayAll(socket, [...PIECES, { op: "end" }, { op: "count", n: 2 }]);
    },
  });
  const { sent, seen } = await say(describedChatAt(url, SOCKET_CHAT, "s3cret"), "Hi");
  expect(asked).toEqual([[`/ws/${sent.conversation}`, "Bearer s3cret", { op: "ask", text: "Hi" }]]);
  expect(sent.conversation).toMatch(/^[\da-f-]{36}$/);
  expect(textOf(seen)).toBe("Hello there.");
  expect(lastFact(seen, "usage")).toMatchObject({ completion: 2 });
  expect(seen).toMatchObject({ request: `WS /ws/${sent.conversation}`, status: 101, end: "closed" });
});

test("a WebSocket that is closed before the end was told has not told it", async () => {
  const url = await serveWebSockets({
    onText(_, socket) {
      sayAll(socket, PIECES);
      socket.close();
    },
  });
  const { seen } = await say(describedChatAt(url, SOCKET_CHAT), "Hi");
  expect(textOf(seen)).toBe("Hello there.");
  expect(lastFact(seen, "done")).toBeUndefined();
});

test("whoever leaves a WebSocket closes it, and one that nobody accepts is an error", async () => {
  const url = await serveWebSockets({ onText: (_, socket) => sayAll(socket, PIECES) });
  const sent = await describedChatAt(url, SOCKET_CHAT).send(
    { place: PLACE, conversation: "7", text: "Hi" },
    never,
  );
  const reading = sent.read({ signal: never });
  reading.leave();
  expect((await reading.ended).end).toBe("given-up");
  const nobody = describedChatAt("http://127.0.0.1:1", SOCKET_CHAT);
  await expect(say(nobody, "Hi")).rejects.toThrow("was not accepted as a WebSocket");
});

test("socket.io is greeted, its pings are answered, and its events are the reply", async () => {
  const heard: string[] = [];
  const url = await serveWebSockets({
    onOpen: (socket) => socket.say('0{"sid":"a","pingInterval":25000}'),
    onText(text, socket) {
      heard.push(text);
      if (text.startsWith("40")) socket.say('40{"sid":"b"}');
      if (text.startsWith("42")) socket.say("2");
      if (text !== "3") return;
      for (const d of ["Hello ", "there."]) socket.say(`42${JSON.stringify(["piece", { d }])}`);
      socket.say('42["end",{}]');
    },
  });
  const chat = describedChatAt(
    url,
    {
      service: "hmi",
      send: { request: "WS /socket.io/?EIO=4&transport=websocket", body: ["ask", { text: "{text}" }] },
      stream: { framing: "socket.io", type: "@event", text: { of: "piece", at: "d" }, done: { of: "end" } },
    },
    "s3cret",
  );
  const { seen } = await say(chat, "Hi");
  expect(textOf(seen)).toBe("Hello there.");
  expect(heard).toEqual(['40{"token":"s3cret"}', '42["ask",{"text":"Hi"}]', "3"]);
});
