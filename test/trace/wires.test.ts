import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { SOCKET_CHAT } from "../support/described-chat.ts";
import { startTestEngine } from "../support/gateway.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { traceUrls } from "../support/trace.ts";
import { serveWebSockets } from "../support/web-socket-server.ts";

const contractOf = (driver: string) => ({ ...DEFAULT_CONFIG.contract, driver });

test("a stack of another wire is followed from its engine to where its messages go", async () => {
  const gateway = await startTestEngine();
  const report = await traceUrls({ gateway, engine: gateway, contract: contractOf("openai-chat") });
  expect(report).toMatchObject({ ok: true, record: "stand-in", left_behind: [] });
  expect(report.hops.map(({ hop, behind }) => [hop, behind])).toEqual([
    ["engine", null],
    ["gateway", "engine"],
  ]);
  const [, pass] = report.hops;
  expect(pass?.passes[0]).toMatchObject({
    request: "POST /v1/chat/completions",
    end: "done",
    finish_reason: "length",
    model: "llama3.1:8b",
    has_rows: false,
  });
});

test("an engine by itself is a stack of one hop", async () => {
  const engine = await startTestEngine();
  const { hops, ok } = await traceUrls({ engine, contract: contractOf("ollama") });
  expect(ok).toBe(true);
  expect(hops.map(({ hop }) => hop)).toEqual(["engine"]);
  expect(hops[0]?.passes[0]).toMatchObject({ request: "POST /api/chat", end: "done" });
});

test("what answers only when all is written holds back, though it has taken the message no sooner", async () => {
  const engine = await startTestEngine({ tokenDelayMs: 20 });
  const gateway = await listenOnAnyPort(
    createServer(async (request, response) => {
      const { method = "GET", url } = request;
      const body = await text(request);
      const answer = await fetch(`${engine}${url}`, { method, ...(body !== "" && { body }) });
      const whole = await answer.text();
      response
        .writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" })
        .end(whole);
    }),
  );
  const { diagnosis, hops } = await traceUrls({ gateway, engine, contract: contractOf("openai-chat") });
  expect(diagnosis).toMatchObject({ hop: "gateway", kind: "held_back" });
  expect(hops.at(-1)?.passes[0]?.accepted_ms).toBeNull();
});

test("what takes messages on a WebSocket is followed, though that is no 200", async () => {
  const hmi = await serveWebSockets({
    onText(_, socket) {
      for (const d of ["1, 2, ", "3."]) socket.say(JSON.stringify({ op: "piece", d }));
      socket.say(JSON.stringify({ op: "end" }));
    },
  });
  const { hops } = await traceUrls({ hmi, contract: { ...contractOf("described"), wire: SOCKET_CHAT } });
  expect(hops.map(({ hop }) => hop)).toEqual(["hmi"]);
  expect(hops[0]?.passes[0]).toMatchObject({ status: 101, problem: null, end: "done", text: "1, 2, 3." });
});
