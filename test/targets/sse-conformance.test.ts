/** What the public SSE suites say of requests and answers, held by the reader that the checks look through. */
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { createHttpClient } from "../../src/targets/http-client.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { cutCase, expectedOf, type SkippedCase } from "../support/sse-cases/case.ts";
import { launchDarklyCases } from "../support/sse-cases/launchdarkly.ts";
import { wptCases } from "../support/sse-cases/wpt.ts";

const signal = new AbortController().signal;

async function clientOf(answer: RequestListener) {
  const client = createHttpClient(await listenOnAnyPort(createServer(answer)), "", {
    readEvent: (data) => ({ malformed: data }),
    prepare: (value) => value,
  });
  onTestFinished(() => client.close());
  return client;
}

test("every byte case of both suites holds over HTTP, each byte written by itself", async () => {
  const cases = [...wptCases, ...launchDarklyCases];
  const client = await clientOf((request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const sseCase = cases[Number(request.url?.slice(1))];
    for (const chunk of sseCase === undefined ? [] : cutCase(sseCase, "1 byte at a time"))
      response.write(chunk);
    response.end();
  });
  for (const [index, sseCase] of cases.entries()) {
    const { events, comments_ms, end } = await client.stream("GET", `/${index}`, { signal });
    expect(end, sseCase.name).toBe("closed");
    expect(
      events.map(({ id, event }) => [id, "malformed" in event && event.malformed]),
      sseCase.name,
    ).toEqual(expectedOf(sseCase).map(({ id, data }) => [id, data]));
    if (sseCase.comments !== undefined) expect(comments_ms).toHaveLength(sseCase.comments.length);
  }
});

test.each([
  ["format-mime-trailing-semicolon.any.js", "text/event-stream;", 1],
  ["format-utf-8.any.js", "text/event-stream;charset=windows-1252", 1],
  ["format-mime-valid-bogus.any.js", "text/x-bogus", 0],
  ["format-mime-bogus.any.js", "x bogus", 0],
  ["(MIME sniffing, section 4.4: a type is the same in capitals)", "Text/Event-Stream; charset=UTF-8", 1],
  ["(MIME sniffing, section 4.4: the whole essence counts)", "text/event-streams", 0],
])("wpt eventsource/%s: of content-type %j so many events are read: %d", async (_, type, count) => {
  const client = await clientOf((_request, response) =>
    response.writeHead(200, { "content-type": type }).end("data: ok…\n\n"),
  );
  const { events } = await client.stream("GET", "/", { signal });
  expect(events.map(({ event }) => event)).toEqual(Array(count).fill({ malformed: "ok…" }));
});

describe("what is asked for", () => {
  async function asked(
    options: { headers?: Record<string, string>; body?: unknown },
    method: "GET" | "POST" = "GET",
  ) {
    let request: IncomingMessage | undefined;
    let body = "";
    const client = await clientOf(async (incoming, response) => {
      request = incoming;
      body = await text(incoming);
      response.end();
    });
    await client.stream(method, "/", { signal, ...options });
    return { method: request?.method, headers: request?.headers, body };
  }

  test("tests_http_behavior.go: default method and headers; wpt request-accept, request-cache-control", async () => {
    const { method, headers } = await asked({});
    expect(method).toBe("GET");
    expect(headers).toMatchObject({ accept: "text/event-stream", "cache-control": "no-cache" });
    expect(headers).not.toHaveProperty("last-event-id");
  });

  test("tests_http_behavior.go: custom headers", async () => {
    const { headers } = await asked({ headers: { "header-name-1": "value-1", "header-name-2": "value-2" } });
    expect(headers).toMatchObject({ "header-name-1": "value-1", "header-name-2": "value-2" });
  });

  test("tests_http_behavior.go: POST request", async () => {
    const { method, headers, body } = await asked({ body: { hello: "world" } }, "POST");
    expect([method, headers?.["content-type"], body]).toEqual([
      "POST",
      "application/json",
      '{"hello":"world"}',
    ]);
  });

  test("tests_http_behavior.go: sends Last-Event-Id in initial request if set", async () => {
    expect((await asked({ headers: { "last-event-id": "abc" } })).headers).toMatchObject({
      "last-event-id": "abc",
    });
  });
});

const SKIPPED: readonly SkippedCase[] = [
  {
    of: "wpt eventsource/request-status-error: no event of an answer that is not 200",
    reason: "the checks are told what came, with its status: an event stream under 500 is what they look for",
  },
  {
    of: "wpt eventsource/request-redirect, tests_http_behavior.go: client follows 301 and 307",
    reason: "a redirect is written down as what was answered: the contract has none",
  },
  {
    of: "wpt eventsource/eventsource-reconnect, tests_reconnection.go",
    reason: "the reader of the checks makes one connection a call: a check says itself when it comes back",
  },
];
for (const { of, reason } of SKIPPED) test(of, ({ skip }) => skip(reason));
