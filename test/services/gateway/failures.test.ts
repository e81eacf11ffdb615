import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { gatewayRoutes } from "../../../src/contract/routes.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import {
  engineLine,
  FINAL_LINE,
  startFakeEngine,
  startTestEngine,
  startTestGateway,
} from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { shapeOf } from "../../support/streams.ts";

const FAILED = "started planning executing error error done(error)";
const FAILED_LATE = "started planning executing token error error usage done(error)";

/** What a reader of this engine is told. */
async function outcomeOf(engineUrl: string) {
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  const error = reader.events.find((event) => event.type === "error");
  return { gateway, shape: shapeOf(reader.events), text: reader.text, error };
}

/** An engine that sends this and then does that. */
function engineThat(lines: string, then: (response: ServerResponse) => void): Promise<string> {
  return startFakeEngine((_, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write(lines, () => then(response));
  });
}

test("an engine that is down is told at once, with what to do", async () => {
  const { shape, error } = await outcomeOf("http://127.0.0.1:1");
  expect(shape).toBe(FAILED);
  expect(error).toMatchObject({
    code: "engine_unavailable",
    message: expect.stringContaining("http://127.0.0.1:1"),
    hint: expect.stringContaining("ollama serve"),
  });
});

test("the conversation can be answered as soon as the engine is back", async () => {
  let isBack = false;
  const engineUrl = await startFakeEngine((_, response) => {
    response.end(isBack ? engineLine("Hello") + FINAL_LINE : "");
  });
  const { gateway, shape } = await outcomeOf(engineUrl);
  expect(shape).toBe(FAILED);
  isBack = true;
  const retry = await gateway.chat({ message_id: "2" });
  await retry.ended;
  expect(retry.text).toBe("Hello");
});

test("a reply that ends without its final object failed, and keeps what came", async () => {
  const engineUrl = await engineThat(engineLine("a") + engineLine("b"), (response) => response.end());
  const { shape, text, error } = await outcomeOf(engineUrl);
  expect([shape, text]).toEqual([FAILED_LATE, "ab"]);
  expect(error).toMatchObject({ code: "engine_error", message: expect.stringContaining("final object") });
});

test("an error line in mid-reply is told in the engine's words, and keeps what came", async () => {
  const line = '{"error":"model runner has unexpectedly stopped"}\n';
  const engineUrl = await engineThat(engineLine("a") + line, (response) => response.end());
  const { shape, text, error } = await outcomeOf(engineUrl);
  expect([shape, text]).toEqual([FAILED_LATE, "a"]);
  expect(error?.message).toContain("model runner has unexpectedly stopped");
});

test("a reply whose connection is cut failed, and keeps what came", async () => {
  const engineUrl = await engineThat(engineLine("a"), (response) => response.destroy());
  const { shape, text, error } = await outcomeOf(engineUrl);
  expect([shape, text]).toEqual([FAILED_LATE, "a"]);
  expect(error).toMatchObject({ code: "engine_error", message: expect.stringContaining("cut off") });
});

test("a line that is not JSON is a failure, and keeps what came", async () => {
  const engineUrl = await engineThat(`${engineLine("a")}<html>\n`, (response) => response.end());
  const { shape, text, error } = await outcomeOf(engineUrl);
  expect([shape, text, error?.code]).toEqual([FAILED_LATE, "a", "engine_error"]);
});

test("a connection that is cut before any answer is an engine that does not answer", async () => {
  const engineUrl = await startFakeEngine((request) => request.destroy());
  const { shape, error } = await outcomeOf(engineUrl);
  expect([shape, error?.code]).toEqual([FAILED, "engine_unavailable"]);
});

test("an engine that does not speak HTTP is told as such", async () => {
  const server = createServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const { shape, error } = await outcomeOf(`http://127.0.0.1:${port}`);
  expect([shape, error?.code]).toEqual([FAILED, "engine_unavailable"]);
});

test.each([
  [500, '{"error":"it broke"}', "engine_error", "it broke"],
  [503, '{"error":"server busy, please try again"}', "engine_unavailable", "server busy"],
  [404, "404 page not found", "engine_error", "404 page not found"],
  [404, '{"error":"model \'m\' not found"}', "model_not_found", "model 'm' not found"],
  [502, "", "engine_error", "502"],
])("the engine's %i %s is %s", async (status, body, code, said) => {
  const engineUrl = await startFakeEngine((_, response) => response.writeHead(status).end(body));
  const { shape, error } = await outcomeOf(engineUrl);
  expect(shape).toBe(FAILED);
  expect(error).toMatchObject({ code, message: expect.stringContaining(said) });
});

test.each([
  ["JSON of another kind", '{"models":{}}'],
  ["a page", "<html>"],
])("%s in the place of Ollama's answer is an engine error, not a bug of the gateway", async (_, tags) => {
  const engineUrl = await startFakeEngine((_, response) => response.end(), tags);
  const { error, gateway } = await outcomeOf(engineUrl);
  expect(error).toMatchObject({ code: "engine_error", message: expect.stringContaining("/api/tags") });
  expect(await call(gateway.url, gatewayRoutes.models.path())).toMatchObject({
    status: 502,
    json: { error: { code: "engine_error" } },
  });
});

test("health says what is wrong with the engine, and goes on answering", async () => {
  const gateway = await startTestGateway({ engineUrl: "http://127.0.0.1:1" });
  expect(await call(gateway.url, gatewayRoutes.health.path())).toMatchObject({
    status: 200,
    json: {
      status: "degraded",
      service: "gateway",
      dependencies: { engine: { status: "unavailable", latency_ms: null, error: expect.any(String) } },
    },
  });
  expect((await call(gateway.url, gatewayRoutes.live.path())).status).toBe(200);
  expect((await call(gateway.url, gatewayRoutes.ready.path())).status).toBe(503);
  expect((await call(gateway.url, gatewayRoutes.models.path())).status).toBe(503);
});

test("an engine failure is asked once, not silently again", async () => {
  let asked = 0;
  const engineUrl = await startFakeEngine((_, response) => {
    asked += 1;
    response.writeHead(500).end('{"error":"it broke"}');
  });
  await outcomeOf(engineUrl);
  expect(asked).toBe(1);
});

test("a character that the engine cut in half arrives whole", async () => {
  const [high, low] = ["\\ud83c", "\\udfdb"];
  const line = (content: string) => `{"message":{"content":"${content}"},"done":false}\n`;
  const lines = [`a${high}`, `${low}b`, high].map(line).join("") + FINAL_LINE;
  const { text, shape } = await outcomeOf(await engineThat(lines, (response) => response.end()));
  expect(text).toBe("a🏛b\ufffd");
  expect(shape).toBe("started planning executing token complete usage done(stop)");
});

test("bytes that arrive one by one make the same reply", async () => {
  const bytes = Buffer.from(engineLine("🏛️ é") + engineLine(": \n\n漢") + FINAL_LINE);
  const engineUrl = await startFakeEngine((_, response) => {
    response.socket?.setNoDelay(true);
    const next = (index: number): void => {
      if (index === bytes.length) response.end();
      else response.write(bytes.subarray(index, index + 1), () => setImmediate(next, index + 1));
    };
    next(0);
  });
  expect((await outcomeOf(engineUrl)).text).toBe("🏛️ é: \n\n漢");
});

test("done comes with the engine's last word, also where it holds the connection open", async () => {
  const engineUrl = await engineThat(engineLine("a") + FINAL_LINE, () => undefined);
  expect((await outcomeOf(engineUrl)).shape).toBe(
    "started planning executing token complete usage done(stop)",
  );
});

test("what had come of a reply that failed is counted", async () => {
  const gateway = await startTestGateway({
    engineUrl: await engineThat(engineLine("a") + engineLine("b"), (response) => response.destroy()),
  });
  const reader = await gateway.chat();
  await reader.ended;
  const usage = { prompt_tokens: null, completion_tokens: 2, total_tokens: null };
  expect(reader.events).toContainEqual({ type: "usage", usage, cost_usd: 0, timings: null });
});

test("the stand-in's own failures are told like Ollama's", async () => {
  const gateway = await startTestGateway({ engineUrl: await startTestEngine() });
  const reader = await gateway.chat({ options: { num_ctx: "many" } });
  await reader.ended;
  expect(reader.events).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining('option "num_ctx" must be of type integer') }),
  );
});
