import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { WireDescription } from "../../../src/contract/wire-description.ts";
import { textOf } from "../../../src/targets/drivers/reply-facts.ts";
import { describedChatAt } from "../../support/described-chat.ts";
import { listenOnAnyPort } from "../../support/listen.ts";

const WIRE = {
  service: "hmi",
  conversation: { request: "POST /threads", told: { conversation: "@header.x-thread-id" } },
  send: {
    request: "POST /say",
    body: { thread: "{conversation|number}", parent: "{message|number|null}", text: "{text}" },
    told: { reply: "@header.X-Run" },
  },
  stream: { framing: "sse", text: { at: "full", cumulative: true }, done: { has: "end" } },
  rows: {
    request: "GET /threads/{conversation}/posts?size=2&after={cursor}",
    list: "posts",
    next: "next",
    text: "words",
    role: "by",
  },
} satisfies WireDescription;

/** Ids in headers, as numbers in bodies; a stream that repeats itself; a list in pages of two. */
async function startBackEnd(posts: number) {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://here");
    if (pathname === "/threads") return response.writeHead(201, { "X-Thread-Id": "17" }).end();
    if (pathname === "/say") {
      asked.push(await json(request));
      response.writeHead(200, { "content-type": "text/event-stream", "X-Run": "r-1" });
      const events = [
        { full: "Riv" },
        { full: "Rivers" },
        { full: "Rivers" },
        { full: "Rivers do." },
        { end: 1 },
      ];
      return response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));
    }
    asked.push(request.url);
    const after = Number(searchParams.get("after") ?? 0);
    const page = Array.from({ length: Math.min(2, posts - after) }, (_, index) => ({
      by: "user",
      words: `post ${after + index}`,
    }));
    const next = after + 2 < posts ? after + 2 : null;
    return response.setHeader("content-type", "application/json").end(JSON.stringify({ posts: page, next }));
  });
  return { chat: describedChatAt(await listenOnAnyPort(server), WIRE), asked };
}

const signal = AbortSignal.timeout(10_000);

test("an id in a header goes into a body as a number, and a text that repeats itself is told once", async () => {
  const { chat, asked } = await startBackEnd(0);
  const place = { modelId: null, options: {} };
  const conversation = await chat.openConversation(place, signal);
  const sent = await chat.send({ place, conversation, text: "Why?" }, signal);
  expect(sent).toMatchObject({ conversation: "17", reply: "r-1" });
  const { facts } = await sent.read({ signal }).ended;
  expect(facts.flatMap((fact) => (fact.kind === "text" ? [fact.text] : []))).toEqual(["Riv", "ers", " do."]);
  expect(textOf({ facts })).toBe("Rivers do.");
  expect(asked).toEqual([{ thread: 17, parent: null, text: "Why?" }]);
});

test("rows that are a map come in its order, each by its name", async () => {
  const server = createServer((_, response) =>
    response.end(
      JSON.stringify({ posts: { "p-9": { by: "user", words: "Why?" }, "p-3": { by: "bot", words: "So." } } }),
    ),
  );
  const rows = { request: "GET /posts/{conversation}", list: "posts", id: "@key", text: "words", role: "by" };
  const chat = describedChatAt(await listenOnAnyPort(server), { ...WIRE, rows });
  expect(await chat.rows("17", signal)).toMatchObject([
    { message_id: "p-9", role: "user", content: "Why?" },
    { message_id: "p-3", role: "assistant", content: "So." },
  ]);
});

test("a list in pages is read to its end, the first page without a cursor", async () => {
  const { chat, asked } = await startBackEnd(5);
  const rows = await chat.rows("17", signal);
  expect(rows.map(({ content }) => content)).toEqual(["post 0", "post 1", "post 2", "post 3", "post 4"]);
  expect(asked).toEqual(
    [0, 2, 4].map((after) => `/threads/17/posts?size=2${after === 0 ? "" : `&after=${after}`}`),
  );
});

test("any call may have a body and headers of its own: a list that is asked for by POST, a deletion by ids", async () => {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const { "x-house": house, "x-for": what } = request.headers;
    asked.push([request.method, request.url, await json(request), house, what]);
    const answer = { posts: [{ by: "user", words: "Why?" }], threads: [{ id: 17 }], next: null };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  const body = { thread: "{conversation|number}" };
  const chat = describedChatAt(await listenOnAnyPort(server), {
    ...WIRE,
    headers: { "X-House": "all", "X-For": "any" },
    rows: { ...WIRE.rows, request: "POST /list", body: { ...body, after: "{cursor}" } },
    conversations: { request: "POST /threads", body: { all: true }, list: "threads", id: "id" },
    delete_conversation: {
      request: "POST /remove",
      body: { threads: ["{conversation|number}"] },
      headers: { "x-for": "thread {conversation}" },
    },
    health: { request: "POST /ping", body: {} },
  });
  expect(await chat.rows("17", signal)).toMatchObject([{ role: "user", content: "Why?" }]);
  expect(await chat.conversations(signal)).toEqual(["17"]);
  await chat.deleteConversation("17", signal);
  await chat.health(signal);
  expect(asked).toEqual([
    ["POST", "/list", { thread: 17 }, "all", "any"],
    ["POST", "/threads", { all: true }, "all", "any"],
    ["POST", "/remove", { threads: [17] }, "all", "thread 17"],
    ["POST", "/ping", {}, "all", "any"],
  ]);
});
