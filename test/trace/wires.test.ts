import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { SOCKET_CHAT } from "../support/described-chat.ts";
import { startTestEngine } from "../support/gateway.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { POLLED_ODD_WIRE, startOddBackEnd } from "../support/odd-back-end.ts";
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

test("of a wire that is asked for its reply nobody can tell whether it is held back, or late", async () => {
  const engine = await startTestEngine({ tokenDelayMs: 20 });
  const { url: hmi, close } = await startOddBackEnd(engine, ["polled"]);
  onTestFinished(close);
  const { ok, findings, hops, not_told } = await traceUrls({
    hmi,
    engine,
    contract: { ...contractOf("described"), wire: POLLED_ODD_WIRE },
  });
  expect({ ok, findings }).toEqual({ ok: true, findings: [] });
  expect(hops.map(({ pace_untold }) => pace_untold !== null)).toEqual([false, true]);
  expect(not_told.join("\n")).toContain(
    "Whether the HMI holds text back is not told: by the wire of described a reply is asked for again and again",
  );
});

test("nor of one whose reply is one answer", async () => {
  const engine = await startTestEngine({ tokenDelayMs: 20 });
  const hmi = await listenOnAnyPort(
    createServer(async (request, response) => {
      const { say } = JSON.parse(await text(request)) as { say: string };
      const body = JSON.stringify({
        model: "llama3.1:8b",
        stream: false,
        messages: [{ role: "user", content: say }],
      });
      const answer = await fetch(`${engine}/api/chat`, { method: "POST", body });
      const { message } = (await answer.json()) as { message: { content: string } };
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ reply: message.content }));
    }),
  );
  const wire = {
    service: "hmi",
    conversation: "own",
    send: { request: "POST /say", body: { say: "{text}" } },
    stream: { framing: "json", text: { at: "reply" } },
  } as const;
  const { findings, not_told } = await traceUrls({
    hmi,
    engine,
    contract: { ...contractOf("described"), wire },
  });
  expect(findings).toEqual([]);
  expect(not_told.join("\n")).toContain("a reply is one answer, when it is whole");
});

/** A gateway before the stand-in, whose models have names of its own, and which refuses all others. */
async function startAliasGateway(
  engine: string,
  aliases: Readonly<Record<string, string>>,
  isListing = true,
) {
  const answers = { "content-type": "application/json" };
  return await listenOnAnyPort(
    createServer(async (request, response) => {
      if (request.method === "GET") {
        const data = Object.keys(aliases).map((id) => ({ id }));
        response.writeHead(isListing ? 200 : 404, answers).end(JSON.stringify({ object: "list", data }));
        return;
      }
      const asked = JSON.parse(await text(request)) as { model: string };
      const model = aliases[asked.model];
      if (model === undefined) {
        const message = `Invalid model name passed in model=${asked.model}. Call /v1/models.`;
        response.writeHead(400, answers).end(JSON.stringify({ error: { message } }));
        return;
      }
      const body = JSON.stringify({ ...asked, model });
      const answer = await fetch(`${engine}/v1/chat/completions`, { method: "POST", headers: answers, body });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      // Named as it was asked for, as LiteLLM does it.
      for await (const chunk of answer.body ?? []) {
        response.write(Buffer.from(chunk).toString().replaceAll(`"${model}"`, `"${asked.model}"`));
      }
      response.end();
    }),
  );
}

test("a gateway with names of its own is asked for one of them, and its engine for one that it has", async () => {
  const engine = await startTestEngine();
  const gateway = await startAliasGateway(engine, { "phi3-fast": "phi3:mini", other: "phi3:mini" });
  const { ok, hops, model, not_told, findings } = await traceUrls({
    gateway,
    engine,
    contract: contractOf("openai-chat"),
    model: "none",
  });
  expect({ ok, model, findings }).toEqual({ ok: true, model: null, findings: [] });
  expect(hops).toMatchObject([
    { hop: "engine", model: "llama3.1:8b" },
    { hop: "gateway", model: "phi3-fast", passes: [{ model: "phi3-fast" }] },
  ]);
  expect(not_told[0]).toMatch(
    /^The engine was asked for "llama3.1:8b", the gateway for "phi3-fast", and these are not one model: their times/,
  );
  expect(not_told[1]).toMatch(
    /^"phi3-fast" is a name that the engine does not list, and the engine was asked for/,
  );
});

test.each([
  [true, '"phi3:mini", which it does not list (fast, slow): POST'],
  [false, '"phi3:mini": POST'],
])("a gateway that refuses a model is told as that: it lists others, %s", async (isListing, words) => {
  const engine = await startTestEngine();
  const gateway = await startAliasGateway(engine, { fast: "phi3:mini", slow: "phi3:mini" }, isListing);
  const { diagnosis } = await traceUrls(
    { gateway, engine, contract: contractOf("openai-chat") },
    { model: "phi3:mini" },
  );
  expect(diagnosis).toMatchObject({ hop: "gateway", kind: "refused" });
  expect(diagnosis.sentence).toContain(`The gateway refuses the model ${words}`);
  expect(diagnosis.next).toContain("--model NAME, or chat.model");
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
