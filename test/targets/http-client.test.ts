import { createServer, type RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import type { EventId } from "../../src/contract/event-id.ts";
import { encodeEvent, HEARTBEAT } from "../../src/contract/sse.ts";
import { textOf } from "../../src/targets/drivers/reply-facts.ts";
import { createHttpClient, type HttpClient, type SeenEvent } from "../../src/targets/http-client.ts";
import { listenOnAnyPort } from "../support/listen.ts";

const EVENT_STREAM = { "content-type": "text/event-stream; charset=utf-8" };

const signal = new AbortController().signal;

/** A client of a server of the test's own. */
async function clientOf(answer: RequestListener): Promise<HttpClient> {
  const client = createHttpClient(await listenOnAnyPort(createServer(answer)));
  onTestFinished(() => client.close());
  return client;
}

/** A token at this place of the text; its id is told alike. */
const idAt = (text: number): EventId => ({ messageId: "7", place: { step: 3, thinking: 0, text } });
const token = (position: number, content: string) => encodeEvent(idAt(position), { type: "token", content });

test("a call is written down with its request, status and parsed body", async () => {
  const client = await clientOf((request, response) => {
    response
      .writeHead(201)
      .end(JSON.stringify({ method: request.method, type: request.headers["content-type"] }));
  });
  expect(await client.call("GET", "/a?b=1", { signal })).toEqual({
    kind: "call",
    request: "GET /a?b=1",
    sent_at: expect.stringMatching(/^20\d\d-/),
    status: 201,
    headers: expect.objectContaining({ connection: "keep-alive" }),
    body: { method: "GET" },
    duration_ms: expect.any(Number),
  });
  expect(await client.call("POST", "/a", { signal, body: { x: 1 } })).toMatchObject({
    body: { method: "POST", type: "application/json" },
  });
});

test("neither what shows who calls nor a session that is given out is written down", async () => {
  const client = await clientOf((_, response) => {
    response.writeHead(200, { "set-cookie": "sid=hidden; Path=/" }).end("{}");
  });
  const call = await client.call("GET", "/a?api_key=hidden&b=1", { signal });
  const stream = await client.stream("GET", "/a?key=hidden", { signal });
  expect([call.request, stream.request]).toEqual(["GET /a?api_key=…&b=1", "GET /a?key=…"]);
  expect([call, stream].map(({ headers }) => headers["set-cookie"])).toEqual(["…", "…"]);
  expect(JSON.stringify([call, stream])).not.toContain("hidden");
});

test("a body that is no JSON is its text", async () => {
  const client = await clientOf((_, response) => response.writeHead(404).end("404 page not found"));
  expect(await client.call("GET", "/", { signal })).toMatchObject({
    status: 404,
    body: "404 page not found",
  });
});

test("a body that is nested deeper than any check goes is its text, so that it can be saved", async () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const client = await clientOf((_, response) => response.end(deep));
  expect((await client.call("GET", "/", { signal })).body).toBe(deep);
});

test("a call without an answer rejects", async () => {
  const client = createHttpClient("http://127.0.0.1:1");
  await expect(client.call("GET", "/", { signal })).rejects.toThrow("ECONNREFUSED");
  await client.close();
});

test("events and comments are told with the time of their arrival, cut anywhere", async () => {
  const bytes = Buffer.from(token(3, "é 漢") + HEARTBEAT + token(4, "👩‍👩‍👧"));
  const client = await clientOf((_, response) => {
    response.writeHead(200, EVENT_STREAM);
    for (const byte of bytes) response.write(Buffer.of(byte));
    response.end();
  });
  const told: SeenEvent[] = [];
  const stream = await client.stream("GET", "/s", { signal, onEvent: (event) => told.push(event) });
  expect(stream).toMatchObject({
    request: "GET /s",
    status: 200,
    content_type: EVENT_STREAM["content-type"],
    events: [{ id: "7:3.0.3" }, { id: "7:3.0.4" }],
    comments_ms: [expect.any(Number)],
    body: null,
    end: "closed",
  });
  const raw = stream.chunks.map(({ latin1 }) => latin1).join("");
  expect(Buffer.from(raw, "latin1")).toEqual(bytes);
  expect(textOf(stream)).toBe("é 漢👩‍👩‍👧");
  expect(told).toEqual(stream.events);
});

test("an event that is none of the contract is kept as what it was, and the rest is read", async () => {
  const client = await clientOf((_, response) => {
    response.writeHead(200, EVENT_STREAM).end(`data: {"type":"token"}\n\ndata: nonsense\n\n${token(3, "x")}`);
  });
  const stream = await client.stream("GET", "/", { signal });
  expect(stream.events.map(({ event }) => event)).toEqual([
    { malformed: expect.stringContaining("content") },
    { malformed: "not JSON: nonsense" },
    { type: "token", content: "x" },
  ]);
  expect(textOf(stream)).toBe("x");
});

test("a stream that is cut off is told as cut, with what had come", async () => {
  const client = await clientOf((_, response) => {
    response.writeHead(200, EVENT_STREAM);
    response.write(token(3, "x"), () => response.destroy());
  });
  const stream = await client.stream("GET", "/", { signal });
  expect(stream.end).toBe("cut");
  expect(textOf(stream)).toBe("x");
});

test("a stream that was given up is told so, with what had come", async () => {
  const client = await clientOf((_, response) => response.writeHead(200, EVENT_STREAM).write(token(3, "x")));
  const giveUp = new AbortController();
  const stream = await client.stream("GET", "/", { signal: giveUp.signal, onEvent: () => giveUp.abort() });
  expect(stream.end).toBe("given-up");
  expect(textOf(stream)).toBe("x");
});

test("an answer that is no event stream is a body", async () => {
  const client = await clientOf((_, response) => {
    response.writeHead(409, { "content-type": "application/json" }).end('{"error":{}}');
  });
  expect(await client.stream("GET", "/", { signal })).toMatchObject({
    status: 409,
    events: [],
    body: { error: {} },
    end: "closed",
  });
});

test("the token is sent with every call, and written down nowhere", async () => {
  const server = createServer((request, response) =>
    response.end(String(request.headers.authorization === "Bearer secret")),
  );
  const client = createHttpClient(await listenOnAnyPort(server), "secret");
  onTestFinished(() => client.close());
  const answers = [await client.call("GET", "/", { signal }), await client.stream("GET", "/", { signal })];
  expect(answers.map(({ body }) => body)).toEqual([true, true]);
  expect(JSON.stringify(answers)).not.toContain("secret");
});

test("the caller's headers are sent", async () => {
  const client = await clientOf((request, response) => response.end(`"${request.headers["last-event-id"]}"`));
  const answer = await client.call("GET", "/", { signal, headers: { "last-event-id": "7:3.0.3" } });
  expect(answer.body).toBe("7:3.0.3");
});
