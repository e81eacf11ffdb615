/** What pages of GraphQL and tRPC were seen to say, by the libraries' own clients and servers, is learned whole. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { WireDescriptionSchema } from "../../src/contract/wire-description.ts";
import { readHar } from "../../src/learn/har-file.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { openNetworkLog } from "../../src/learn/open-network-log.ts";
import { splitSubscriptions } from "../../src/learn/split-subscriptions.ts";
import { type HarEntry, harOf } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const fileOf = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/recorded/graphql-trpc/${name}.har`, import.meta.url));

function learnRecorded(name: string) {
  const learned = learnWire(openNetworkLog(fileOf(name)));
  expect(WireDescriptionSchema.safeParse(learned.wire).error).toBeUndefined();
  expect(learned.unsayable).toEqual([]);
  return learned;
}

const operation = (operationName: string, variables: object) => ({
  request: "POST /graphql",
  body: { operationName, query: expect.stringContaining(operationName), variables },
});

const GRAPHQL = {
  conversation: { ...operation("CreateChat", {}), told: { conversation: "data.createChat.id" } },
  send: {
    ...operation("SendMessage", { chatId: "{conversation}", text: "{text}" }),
    told: { reply: "data.sendMessage.reply.id" },
  },
  cancel: operation("StopReply", { replyId: "{reply}" }),
  rows: {
    ...operation("Chat", { id: "{conversation}" }),
    list: "data.chat.messages",
    text: "text",
    role: "role",
    status: "status",
  },
  conversations: { ...operation("Chats", {}), list: "data.chats", id: "id" },
  delete_conversation: operation("DeleteChat", { id: "{conversation}" }),
  models: { ...operation("Models", {}), list: "data.models", id: "id" },
};

test("graphql-ws: a subscription on a WebSocket that is opened by its protocol, and what is said and answered first", () => {
  const { wire, unknown } = learnRecorded("graphql-ws");
  expect(wire).toMatchObject(GRAPHQL);
  expect(wire.read).toEqual({
    request: "WS /graphql",
    protocol: "graphql-transport-ws",
    before: [{ type: "connection_init" }],
    body: {
      id: "{key}",
      type: "subscribe",
      payload: { query: expect.stringContaining("ReplyStream"), variables: { replyId: "{reply}" } },
    },
  });
  expect(wire.stream).toMatchObject({
    framing: "websocket",
    text: { of: "next", at: "payload.data.replyStream.delta" },
    done: { of: "complete" },
  });
  expect(unknown.map(({ setting }) => setting)).toEqual(["health"]);
});

test("graphql-yoga: a subscription by server-sent events, whose variables are JSON in its address", () => {
  const { wire, unknown } = learnRecorded("graphql-sse");
  expect(wire).toMatchObject(GRAPHQL);
  expect(wire.read?.request).toMatch(
    /^GET \/graphql\?query=subscription.*&variables=%7B%22replyId%22%3A%22\{reply\}%22%7D$/,
  );
  expect(wire.stream).toMatchObject({ framing: "sse", text: { of: "next", at: "data.replyStream.delta" } });
  expect(unknown.map(({ setting }) => setting)).toEqual(["health"]);
});

test("tRPC: of calls that are made by one each stands alone, with its input in its address", () => {
  const { wire, unknown } = learnRecorded("trpc-batch");
  expect(wire).toMatchObject({
    conversation: { request: "POST /trpc/chat.create?batch=1", told: { conversation: "0.result.data.id" } },
    send: {
      request: "POST /trpc/chat.send?batch=1",
      body: { "0": { chatId: "{conversation}", text: "{text}" } },
      told: { reply: "0.result.data.replyId" },
    },
    read: { request: "GET /trpc/chat.onReply?input=%7B%22replyId%22%3A%22{reply}%22%7D" },
    stream: { framing: "sse", text: { at: "delta" }, done: { of: "return" } },
    cancel: { request: "POST /trpc/chat.stop?batch=1", body: { "0": { replyId: "{reply}" } } },
    rows: {
      request: "GET /trpc/chat.byId?batch=1&input=%7B%220%22%3A%7B%22id%22%3A%22{conversation}%22%7D%7D",
      list: "0.result.data.messages",
    },
    conversations: { request: "GET /trpc/chat.list?batch=1&input=%7B%7D", list: "0.result.data", id: "id" },
    delete_conversation: {
      request: "POST /trpc/chat.remove?batch=1",
      body: { "0": { id: "{conversation}" } },
    },
    models: { request: "GET /trpc/models?batch=1&input=%7B%7D", list: "0.result.data", id: "id" },
  });
  expect(unknown.map(({ setting }) => setting)).toEqual(["stream", "health"]);
});

const AT = "http://127.0.0.1:8000";

test("subscriptions that a page has on one WebSocket are heard apart, each behind what opened it", () => {
  const sub = (id: string): string =>
    JSON.stringify({
      id,
      type: "subscribe",
      payload: { query: "subscription { reply { d } }", variables: { run: id } },
    });
  const next = (id: string, d: string): string =>
    JSON.stringify({ id, type: "next", payload: { data: { reply: { d } } } });
  const socket: HarEntry = {
    request: "WS ws://127.0.0.1:8000/graphql",
    status: 101,
    frames: [
      '> {"type":"connection_init"}',
      '< {"type":"connection_ack"}',
      `> ${sub("a")}`,
      `< ${next("a", "One")}`,
      `> ${sub("b")}`,
      `< ${next("b", "Two")}`,
      `< ${next("a", " more")}`,
    ],
  };
  const { exchanges } = splitSubscriptions(readHar("chat.har", harOf(socket)));
  expect(exchanges.map(({ frames }) => frames.map(({ text }) => JSON.parse(text).id ?? "opening"))).toEqual([
    ["opening", "opening", "a", "a", "a"],
    ["opening", "opening", "b", "b"],
  ]);
});

test("JSON-RPC and GraphQL: a list of calls in one body is those calls", () => {
  const rpc = (id: number, method: string, params: object) => ({ jsonrpc: "2.0", id, method, params });
  const { wire } = learn(
    {
      request: `POST ${AT}/rpc`,
      body: rpc(1, "chat.create", {}),
      answer: { id: 1, result: { chat: "c-77aa01" } },
    },
    {
      request: `POST ${AT}/rpc`,
      body: rpc(2, "chat.say", { chat: "c-77aa01", text: "Why is the sea salty?" }),
      type: "text/event-stream",
      answer:
        'data: {"d":"Rivers"}\n\ndata: {"d":" bring"}\n\ndata: {"d":" salt."}\n\ndata: {"end":true}\n\n',
    },
    {
      request: `POST ${AT}/rpc`,
      body: [rpc(3, "chat.list", {}), rpc(4, "chat.rows", { chat: "c-77aa01" })],
      // In another order, as the specification lets them be.
      answer: [
        {
          id: 4,
          result: [
            { who: "user", body: "Why is the sea salty?" },
            { who: "assistant", body: "Rivers bring salt." },
          ],
        },
        { id: 3, result: [{ id: "c-77aa01", title: "Why" }] },
      ],
    },
  );
  expect(wire.rows).toMatchObject({
    request: "POST /rpc",
    body: rpc(4, "chat.rows", { chat: "{conversation}" }),
    list: "result",
    text: "body",
  });
  expect(wire.conversations).toMatchObject({ body: rpc(3, "chat.list", {}), list: "result", id: "id" });
});
