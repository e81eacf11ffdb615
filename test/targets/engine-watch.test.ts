import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { startTap } from "../../src/tap/start-tap.ts";
import { watchEngine } from "../../src/targets/engine-watch.ts";
import { createHttpClient } from "../../src/targets/http-client.ts";
import { startTestEngine } from "../support/gateway.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { answerInWords, startOpenAiEngine } from "../support/openai-engine.ts";
import { eventually } from "../support/streams.ts";

const signal = new AbortController().signal;

async function watch(url: string, token = "") {
  const client = createHttpClient(url);
  onTestFinished(() => client.close());
  return await watchEngine(client, signal, { token });
}

async function tapped(upstream: string): Promise<string> {
  const tap = await startTap({ upstream });
  onTestFinished(() => tap.close());
  return tap.url;
}

/** An engine that is no stand-in: it says its version, and two words. */
async function startOllama(): Promise<string> {
  return await listenOnAnyPort(
    createServer((request, response) => {
      if (request.url === "/api/version") response.end('{"version":"0.13.0"}');
      else if (request.url !== "/api/chat") response.writeHead(404).end("404 page not found");
      else {
        response.write('{"message":{"content":"Hello"},"done":false}\n');
        response.write('{"message":{"content":" you"},"done":false}\n');
        response.end('{"message":{"content":""},"done":true,"done_reason":"stop","eval_count":2}\n');
      }
    }),
  );
}

const body = {
  model: "phi3:mini",
  messages: [{ role: "user", content: "Hi" }],
  options: { num_predict: 3 },
};

const ask = async (url: string): Promise<void> => {
  await (await fetch(`${url}/api/chat`, { method: "POST", body: JSON.stringify(body) })).text();
};

test("the stand-in's own record is read, also through a tap", async () => {
  const engine = await startTestEngine();
  for (const url of [engine, await tapped(engine)]) {
    const { name, isStandIn, generationsAfter } = await watch(url);
    expect([name, isStandIn]).toEqual(["the engine stand-in", true]);
    await ask(url);
    expect((await generationsAfter?.(0, signal))?.at(-1)).toMatchObject({
      model: "phi3:mini",
      ended: "done",
    });
  }
});

test("in front of any other engine a tap tells the same", async () => {
  const url = await tapped(await startOllama());
  const { name, isStandIn, generationsAfter } = await watch(url);
  expect([name, isStandIn]).toEqual(["Ollama 0.13.0 behind a tap", false]);
  await ask(url);
  const [first] = (await generationsAfter?.(0, signal)) ?? [];
  expect(first).toMatchObject({ ...body, endpoint: "chat", prompt: null, tokens_sent: 2, ended: "done" });
  expect(first?.counted).toEqual({ prompt_tokens: 0, completion_tokens: 2 });
  expect(Date.parse(first?.started_at ?? "")).toBeGreaterThan(Date.now() - 10_000);
  expect(await generationsAfter?.(first?.id ?? 0, signal)).toEqual([]);
});

test("a tap in front of a server of OpenAI's wire tells the same", async () => {
  const url = await tapped((await startOpenAiEngine(answerInWords)).url);
  const { name, isStandIn, generationsAfter } = await watch(url);
  expect([name, isStandIn]).toEqual(["an OpenAI-compatible server behind a tap", false]);
  const content = [
    { type: "text", text: "What is it?" },
    { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
  ];
  const asked = {
    model: "m",
    messages: [{ role: "user", content }],
    max_tokens: 2,
    reasoning_effort: "none",
  };
  for (const stream of [true, false]) {
    const body = JSON.stringify({ ...asked, stream });
    await (await fetch(`${url}/v1/chat/completions`, { method: "POST", body })).text();
  }
  const [streamed, whole] = (await generationsAfter?.(0, signal)) ?? [];
  expect(streamed).toMatchObject({
    endpoint: "completions",
    model: "m",
    messages: [{ role: "user", content: "What is it?", images: ["AAAA"] }],
    prompt: null,
    options: { num_predict: 2 },
    think: false,
    images: ["709e80c88487"],
    tokens_sent: 2,
    counted: { prompt_tokens: 3, completion_tokens: 2 },
    ended: "done",
  });
  expect(whole).toMatchObject({ counted: { prompt_tokens: 3, completion_tokens: 2 }, ended: "done" });
});

test("of a reply on OpenAI's wire that its client left, a tap tells that it was aborted", async () => {
  const url = await tapped((await startOpenAiEngine(answerInWords)).url);
  const abort = new AbortController();
  const body = JSON.stringify({ model: "m", messages: [], stream: true });
  const answer = await fetch(`${url}/v1/chat/completions`, { method: "POST", body, signal: abort.signal });
  await answer.body?.getReader().read();
  abort.abort();
  const { generationsAfter } = await watch(url);
  await eventually(async () =>
    expect(await generationsAfter?.(0, signal)).toMatchObject([{ ended: "aborted", counted: null }]),
  );
});

test("an engine without a tap cannot be watched, and one that is not there neither", async () => {
  const untapped = await watch(await startOllama());
  expect(untapped).toMatchObject({ name: "Ollama 0.13.0", isStandIn: false, answers: true });
  expect(untapped.generationsAfter).toBe(undefined);
  expect(untapped.reasonsMissing).toMatchObject({
    "show what reached the engine": expect.stringContaining("engine.tap_port"),
    "direct the engine": expect.stringContaining("Ollama 0.13.0"),
  });
  const absent = await watch("http://127.0.0.1:9");
  expect(absent).toMatchObject({ name: "an engine that does not answer", answers: false });
  expect(absent.reasonsMissing["show what reached the engine"]).toContain(
    "no engine answers at http://127.0.0.1:9",
  );
});

test("records that ask for a token are read with it, and without it cannot be", async () => {
  const engine = await startTestEngine({ token: "secret" });
  const tap = await startTap({ upstream: await startOllama(), token: "secret" });
  onTestFinished(() => tap.close());
  for (const url of [engine, tap.url]) {
    await ask(url);
    const { generationsAfter } = await watch(url, "secret");
    expect(await generationsAfter?.(0, signal)).toHaveLength(1);
    for (const token of ["", "wrong"]) expect((await watch(url, token)).generationsAfter).toBe(undefined);
  }
  expect((await watch(engine)).name).toBe("the engine stand-in (its record is refused: 401)");
  expect((await watch(tap.url)).reasonsMissing["show what reached the engine"]).toBe(
    "the tap before Ollama 0.13.0 refuses its record: 401 (auth.token must be the one it was started with)",
  );
});

test("no engine is told the token, also not one that asks for it in its own way", async () => {
  const shown: unknown[] = [];
  const url = await listenOnAnyPort(
    createServer(({ headers, url: path }, response) => {
      shown.push(headers.authorization);
      if (path === "/api/version") response.end('{"version":"0.13.0"}');
      else response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    }),
  );
  await watch(url, "secret");
  expect(shown).toEqual([undefined, undefined]);
});

test.each([
  ["the stand-in", async () => await startTestEngine()],
  ["a tap", async () => await tapped(await startOllama())],
])("where the record of %s stands is told without what is in it", async (_, start) => {
  const url = await start();
  const { passed, front } = await startCounting(url);
  const { newestRecord, generationsAfter } = await watch(front);
  const before = (await newestRecord?.(signal))?.id ?? -1;
  for (let count = 0; count < 20; count += 1) await ask(url);
  await eventually(async () => expect(await generationsAfter?.(before, signal)).toHaveLength(20));
  passed.length = 0;
  const newest = await newestRecord?.(signal);
  expect(passed).toEqual([expect.any(Number)]);
  expect(passed[0]).toBeLessThan(200);
  expect(newest?.id).toBe((await generationsAfter?.(before, signal))?.at(-1)?.id);
  await ask(url);
  await eventually(async () => expect(await generationsAfter?.(newest?.id ?? 0, signal)).toHaveLength(1));
});

/** Passes calls on, and notes how many bytes each is answered. */
async function startCounting(upstream: string): Promise<{ passed: number[]; front: string }> {
  const passed: number[] = [];
  const server = createServer(async (request, response) => {
    const answer = await fetch(upstream + request.url);
    const body = await answer.text();
    passed.push(body.length);
    response.writeHead(answer.status, { "content-type": "application/json" }).end(body);
  });
  return { passed, front: await listenOnAnyPort(server) };
}

test("a server of both wires is called by the one that it is asked by", async () => {
  const both = await listenOnAnyPort(
    createServer((request, response) =>
      response.end(request.url === "/api/version" ? '{"version":"0.13.0"}' : '{"object":"list","data":[]}'),
    ),
  );
  const client = createHttpClient(both);
  onTestFinished(() => client.close());
  const nameBy = async (api: "chat" | "openai") => (await watchEngine(client, signal, { api })).name;
  expect([await nameBy("chat"), await nameBy("openai")]).toEqual([
    "Ollama 0.13.0",
    "an OpenAI-compatible server",
  ]);
});
