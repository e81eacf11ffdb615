import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { expectAnswer } from "../../src/checks/contract-conversations.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { ContractDeviations } from "../../src/contract/foreign-back-end.ts";
import { ENDPOINTS } from "../../src/contract/foreign-back-end.ts";
import { SessionList } from "../../src/contract/hmi-schemas.ts";
import { gatewayRoutes, hmiRoutes, pageRoutes } from "../../src/contract/routes.ts";
import { MissingEndpoint } from "../../src/harness/target-errors.ts";
import { answerExcerpt } from "../../src/targets/answer-excerpt.ts";
import { createAdaptingClient } from "../../src/targets/contract-adapting-client.ts";
import { answerWords } from "../../src/targets/drivers/refusal.ts";
import { findEndpoint } from "../../src/targets/find-endpoint.ts";
import type { HttpClient } from "../../src/targets/http-client.ts";
import { listenOnAnyPort } from "../support/listen.ts";

interface Asked {
  readonly line: string;
  readonly body: unknown;
}

/** A client of a backend with these departures, and what that backend was asked. */
async function backend(
  departures: Partial<ContractDeviations>,
  answer: (response: ServerResponse, request: IncomingMessage) => void = (response) => response.end("{}"),
  service: "hmi" | "gateway" = "hmi",
): Promise<{ client: HttpClient; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    asked.push({
      line: `${request.method} ${request.url}`,
      body: body === "" ? undefined : JSON.parse(body),
    });
    answer(response, request);
  });
  const url = await listenOnAnyPort(server);
  const client = createAdaptingClient({
    url,
    service,
    departures: { ...DEFAULT_CONFIG.contract, ...departures },
  });
  onTestFinished(() => client.close());
  return { client, asked };
}

const signal = new AbortController().signal;

test("every path of the contract is found as the endpoint that it is", () => {
  for (const [name, { method, pattern }] of Object.entries(ENDPOINTS)) {
    const path = `${pattern.replace(/:\w+/g, "a%2Fb")}?x=1`;
    const found = findEndpoint(name.startsWith("gateway.") ? "gateway" : "hmi", method, path);
    expect(found?.endpoint).toBe(name);
    expect([...new Set(Object.values(found?.parameters ?? {}))]).toEqual(
      pattern.includes(":") ? ["a%2Fb"] : [],
    );
  }
});

test("without departures everything passes as it is", async () => {
  const { client, asked } = await backend({}, (response) => response.end('{"session_id":"5"}'));
  const body = { model_id: 1, options: { a: [null] } };
  const seen = await client.call("POST", hmiRoutes.newSession.path(), { body, signal });
  expect(seen.body).toEqual({ session_id: "5" });
  expect(asked).toEqual([{ line: "POST /api/chat/sessions/new", body }]);
});

test("an endpoint elsewhere is called there, and what is written down is where", async () => {
  const { client, asked } = await backend({
    endpoints: { "hmi.messages": "POST /history/{session_id}/all?full=1", "pages.llm": "/chat" },
  });
  const path = hmiRoutes.messages.path({ session_id: "a/b" }, { limit: 5 });
  expect((await client.call("GET", path, { signal })).request).toBe("POST /history/a%2Fb/all?full=1&limit=5");
  await client.call("GET", pageRoutes.llm.path(), { signal });
  expect(asked.map(({ line }) => line)).toEqual(["POST /history/a%2Fb/all?full=1&limit=5", "GET /chat"]);
});

test("a path that the contract does not have passes as it is", async () => {
  const { client, asked } = await backend({ request_fields: { x: "y" } });
  await client.call("GET", "/static/llm.js?x=1", { signal });
  expect(asked.map(({ line }) => line)).toEqual(["GET /static/llm.js?x=1"]);
});

test("fields are renamed in queries, in bodies and in answers, and not in what is free JSON", async () => {
  const { client, asked } = await backend(
    { request_fields: { model_id: "profile_id" }, answer_fields: { model_id: "profile" } },
    (response) => response.end('{"sessions":[{"profile":7,"settings":{"profile":8}}]}'),
  );
  const seen = await client.call("GET", hmiRoutes.sessions.path(undefined, { model_id: 7 }), { signal });
  expect(seen.body).toEqual({ sessions: [{ model_id: 7, settings: { profile: 8 } }] });
  const body = { model_id: 7, settings: { model_id: 8 } };
  await client.call("POST", hmiRoutes.newProfile.path(), { body, signal });
  expect(asked).toEqual([
    { line: "GET /api/chat/sessions?profile_id=7", body: undefined },
    { line: "POST /api/model-profiles", body: { profile_id: 7, settings: { model_id: 8 } } },
  ]);
});

test("an answer is quoted in its server's own words, not in the renamed ones", async () => {
  const answer = '{"profile":7,"wrong":[{"profile":8}]}';
  const { client } = await backend({ answer_fields: { model_id: "profile" } }, (response) =>
    response.writeHead(422).end(answer),
  );
  const call = await client.call("GET", hmiRoutes.sessions.path(), { signal });
  expect(call.body).toMatchObject({ model_id: 7 });
  expect(answerExcerpt(call)).toBe(answer);
  expect(answerWords(call)).toBe(`422: ${answer}`);
  expect(() => expectAnswer(call, SessionList)).toThrow(answer);
});

test("the fields of events are renamed before they are read; the bytes stay as they came", async () => {
  const bytes = 'data: {"type":"token","delta":"Hi"}\n\ndata: no JSON\n\n';
  const { client } = await backend({ event_fields: { content: "delta" } }, (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).end(bytes);
  });
  const seen = await client.stream("GET", hmiRoutes.stream.path({ session_id: "5" }), { signal });
  expect(seen.events.map(({ event }) => event)).toEqual([
    { type: "token", content: "Hi" },
    { malformed: "not JSON: no JSON" },
  ]);
  expect(seen.chunks.map(({ latin1 }) => latin1).join("")).toBe(bytes);
});

test("what is lacking and to be skipped is not called", async () => {
  const { client, asked } = await backend({ lacks: { "hmi.cancel": "skipped" } });
  const called = client.call("POST", hmiRoutes.cancel.path({ session_id: "5" }), { signal });
  await expect(called).rejects.toMatchObject({
    name: "MissingEndpoint",
    becomes: "skipped",
    message: "this target has no POST /api/chat/sessions/{session_id}/cancel (contract.lacks: hmi.cancel)",
  });
  expect(asked).toEqual([]);
});

test.each([404, 405, 501])(
  "what is lacking and to be broken is asked for, and answers %d",
  async (status) => {
    const { client } = await backend(
      { lacks: { "gateway.resume": "broken" } },
      (response) => response.writeHead(status).end('{"detail":"no"}'),
      "gateway",
    );
    const called = client.stream("GET", gatewayRoutes.resume.path({ session_id: "5" }), { signal });
    const lacks: unknown = await called.catch((error: unknown) => error);
    expect(lacks).toBeInstanceOf(MissingEndpoint);
    expect(lacks).toMatchObject({ becomes: "broken", answered: `${status} {"detail":"no"}` });
  },
);

test("what is said to be lacking and is there after all is judged like anything else", async () => {
  const { client } = await backend({ lacks: { "hmi.agents": "broken" } });
  expect(await client.call("GET", hmiRoutes.agents.path(), { signal })).toMatchObject({ status: 200 });
});

test("where a message's options are dropped, what directs the engine goes as text", async () => {
  const lacks = { "engine.options": "skipped" } as const;
  const hmi = await backend({ lacks });
  const options = { num_predict: 4, stand_in_reply: "a\nb" };
  const profile = { name: "x", instructions: "Be short.", settings: { options } };
  await hmi.client.call("POST", hmiRoutes.newProfile.path(), { body: profile, signal });
  const gateway = await backend({ lacks }, undefined, "gateway");
  const message = { session_id: "1", content: "Hello", options };
  await gateway.client.call("POST", gatewayRoutes.chat.path(), { body: message, signal });
  const line = 'stand_in_options: {"num_predict":4,"stand_in_reply":"a\\nb"}';
  expect(hmi.asked[0]?.body).toEqual({ ...profile, instructions: `Be short.\n${line}` });
  expect(gateway.asked[0]?.body).toEqual({ ...message, content: `Hello\n${line}` });
});

test("where nobody can be told to think or not, no request speaks of it", async () => {
  const lacks = { "engine.think": "skipped" } as const;
  const hmi = await backend({ lacks });
  const profile = { name: "x", settings: { options: { num_predict: 4 }, think: false } };
  await hmi.client.call("POST", hmiRoutes.newProfile.path(), { body: profile, signal });
  const gateway = await backend({ lacks }, undefined, "gateway");
  const message = { session_id: "1", content: "Hello" };
  const body = { ...message, think: false };
  await gateway.client.call("POST", gatewayRoutes.chat.path(), { body, signal });
  expect(hmi.asked[0]?.body).toEqual({ name: "x", settings: { options: { num_predict: 4 } } });
  expect(gateway.asked[0]?.body).toEqual(message);
});
