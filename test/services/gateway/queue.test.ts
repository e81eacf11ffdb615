import { createServer, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { gatewayRoutes } from "../../../src/contract/routes.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { WIRES } from "../../support/engine-edges.ts";
import { startFakeEngine, startTestGateway, type TestGatewayOptions } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { listenOnAnyPort } from "../../support/listen.ts";
import { eventually, type StreamReader, shapeOf } from "../../support/streams.ts";

const { piece, final } = WIRES.chat;

/** A gateway before an engine that answers when the test says so; `asked` are the texts that it was asked, in order. */
async function startWithHeldEngine(options: TestGatewayOptions) {
  const asked: { text: string; response: ServerResponse; isOpen: boolean }[] = [];
  const engineUrl = await startFakeEngine(async (request, response) => {
    const { messages } = (await json(request)) as { messages: { content: string }[] };
    const one = { text: messages.at(-1)?.content ?? "", response, isOpen: true };
    response.on("close", () => {
      one.isOpen = false;
    });
    asked.push(one);
  });
  const gateway = await startTestGateway({ engineUrl, defaultModel: "m", ...options });
  /** Sends a message of a conversation of its own. */
  const say = async (name: string, more: object = {}) =>
    await gateway.chat({ session_id: name, message_id: name, content: name, model: "m", ...more });
  /** Answers one, once it is asked. */
  const answer = async (name: string): Promise<void> => {
    await eventually(() => expect(asked.map(({ text }) => text)).toContain(name));
    asked.find(({ text }) => text === name)?.response.end(piece("a") + final());
  };
  return { gateway, asked, say, answer, texts: () => asked.map(({ text }) => text) };
}

async function ended(reader: StreamReader): Promise<string> {
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  return shapeOf(reader.events);
}

test("no more replies are asked for than may be at a time; who waits is told, and comes in order", async () => {
  const { say, answer, texts } = await startWithHeldEngine({ maxConcurrent: 1 });
  const first = await say("first");
  await eventually(() => expect(texts()).toEqual(["first"]));
  const second = await say("second");
  const third = await say("third");
  await eventually(() => expect(shapeOf(third.events)).toBe("started planning executing queued"));
  expect(texts()).toEqual(["first"]);
  await answer("first");
  expect(await ended(first)).not.toContain("queued");
  await eventually(() => expect(texts()).toEqual(["first", "second"]));
  await answer("second");
  expect(await ended(second)).toBe("started planning executing queued token complete usage done(stop)");
  await eventually(() => expect(texts()).toEqual(["first", "second", "third"]));
  await answer("third");
  await ended(third);
});

test("a cancel of one that waits is answered at once, and the engine never hears of it", async () => {
  const { gateway, say, answer, texts } = await startWithHeldEngine({ maxConcurrent: 1 });
  const first = await say("first");
  const second = await say("second");
  const third = await say("third");
  expect((await gateway.cancel("second")).json.status).toBe("cancelled");
  expect(await ended(second)).toBe("started planning executing queued cancelled usage done(cancelled)");
  await eventually(() => expect(texts()).toEqual(["first"]));
  await answer("first");
  await ended(first);
  await eventually(() => expect(texts()).toEqual(["first", "third"]));
  await answer("third");
  await ended(third);
});

test("what no person waits for is ended where a person has to wait, and comes after all persons", async () => {
  const { say, answer, texts } = await startWithHeldEngine({ maxConcurrent: 1 });
  const summary = await say("summary", { background: true });
  await eventually(() => expect(texts()).toEqual(["summary"]));
  const person = await say("person");
  expect(await ended(summary)).toBe("started planning executing cancelled usage done(cancelled)");
  await eventually(() => expect(texts()).toEqual(["summary", "person"]));
  const waiting = await say("waiting", { background: true });
  const next = await say("next");
  await answer("person");
  await ended(person);
  await eventually(() => expect(texts()).toEqual(["summary", "person", "next"]));
  await answer("next");
  await ended(next);
  await eventually(() => expect(texts()).toHaveLength(4));
  await answer("waiting");
  expect(await ended(waiting)).toContain("queued");
});

test("without a limit, what no person waits for is ended where a person's message gets no word", async () => {
  const { say, answer, asked } = await startWithHeldEngine({ maxConcurrent: 0 });
  const summary = await say("summary", { background: true });
  const person = await say("person");
  expect(await ended(summary)).toMatch(/cancelled usage done\(cancelled\)$/);
  await eventually(() => expect(asked[0]?.isOpen).toBe(false));
  await answer("person");
  expect(await ended(person)).toBe("started planning executing token complete usage done(stop)");
});

test("without a limit, what no person waits for goes on beside a person's message that is answered", async () => {
  const { say, answer } = await startWithHeldEngine({ maxConcurrent: 0 });
  const summary = await say("summary", { background: true });
  const person = await say("person");
  await answer("person");
  await ended(person);
  await answer("summary");
  expect(await ended(summary)).toMatch(/done\(stop\)$/);
});

test("a model that is being loaded is told, once it takes its time", async () => {
  const gateway = await startTestGateway({ standIn: { loadMs: 1_500 } });
  const reader = await gateway.chat();
  expect(await ended(reader)).toBe("started planning executing loading token complete usage done(stop)");
});

test("where the engine does not tell what is loaded, nothing is said, and the reply does not wait for it", async () => {
  const { say, answer } = await startWithHeldEngine({ stream: { heartbeat_ms: 100 } });
  const reader = await say("hi");
  await eventually(() => expect(reader.heartbeats).toBeGreaterThan(8));
  await answer("hi");
  expect(await ended(reader)).toBe("started planning executing token complete usage done(stop)");
});

test("an engine that takes no more requests says when to come back", async () => {
  const engineUrl = await startFakeEngine((_, response) => {
    response.writeHead(429, { "retry-after": "7" }).end('{"error":"you have reached your hourly limit"}');
  });
  const reader = await (await startTestGateway({ engineUrl })).chat();
  expect(await ended(reader)).toBe("started planning executing error error done(error)");
  expect(reader.events).toContainEqual(
    expect.objectContaining({
      code: "rate_limited",
      retry_after_s: 7,
      message: expect.stringContaining("hourly limit"),
    }),
  );
});

test("a call that the engine puts off is answered with the same Retry-After", async () => {
  const server = createServer((_, response) => {
    response.writeHead(429, { "retry-after": "7" }).end('{"error":"slow down"}');
  });
  const engineUrl = await listenOnAnyPort(server);
  const { url } = await startTestGateway({ engineUrl });
  const { status, headers, json: body } = await call(url, gatewayRoutes.models.path());
  expect([status, headers["retry-after"], body.error.code]).toEqual([429, "7", "rate_limited"]);
});

test("what had no room in the model's window is told, before the engine is asked", async () => {
  const gateway = await startTestGateway();
  const reader = await gateway.chat({ left_out: 12 });
  expect(await ended(reader)).toBe(
    "started planning context_trimmed executing token complete usage done(stop)",
  );
  expect(reader.events).toContainEqual(
    expect.objectContaining({
      code: "context_trimmed",
      left_out: 12,
      message: expect.stringContaining("12"),
    }),
  );
});
