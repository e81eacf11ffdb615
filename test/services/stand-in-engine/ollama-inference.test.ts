import { expect, test } from "vitest";
import { EngineFinal } from "../../../src/contract/engine-schemas.ts";
import { call, chatBody, chatText, lines, post, startTestEngine } from "./client.ts";

const generateBody = (fields: object = {}): object => ({
  model: "llama3.1:8b",
  prompt: "Count to 5",
  ...fields,
});

test("a chat is streamed by default, one object a line", async () => {
  const answer = await post(await startTestEngine(), "/api/chat", chatBody());
  expect(answer.headers).toMatchObject({
    "content-type": "application/x-ndjson",
    "transfer-encoding": "chunked",
  });
  expect(answer.text).toMatch(/^(?:\{.*\}\n)+$/);
  expect(chatText(answer.text)).toBe("1, 2, 3, 4, 5");
});

test("a piece of a chat has these fields and no others", async () => {
  const { text } = await post(await startTestEngine(), "/api/chat", chatBody({ model: "LLAMA3.1:8B" }));
  expect(lines(text)[0]).toEqual({
    model: "LLAMA3.1:8B",
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/),
    message: { role: "assistant", content: "1" },
    done: false,
  });
});

test("the last object of a chat has the reason, the counts and durations in whole nanoseconds", async () => {
  const { text } = await post(await startTestEngine({ loadMs: 2 }), "/api/chat", chatBody());
  const final = lines(text).at(-1);
  expect(EngineFinal.parse(final)).toMatchObject({
    done_reason: "stop",
    prompt_eval_count: 3,
    eval_count: 9,
  });
  expect(final).toMatchObject({ message: { role: "assistant", content: "" } });
  for (const name of ["total_duration", "load_duration", "prompt_eval_duration", "eval_duration"]) {
    expect(final?.[name]).toSatisfy((figure) => Number.isInteger(figure) && Number(figure) > 0);
  }
  expect(final?.["load_duration"]).toBeGreaterThan(1_000_000);
});

test("figures that are zero are left out", async () => {
  const body = chatBody({ stream: false, options: { stand_in_reply: "" } });
  const { text } = await post(await startTestEngine(), "/api/chat", body);
  expect(Object.keys(JSON.parse(text))).not.toContain("eval_count");
});

test("a generation is streamed as `response`, and its last object has a context", async () => {
  const { text } = await post(await startTestEngine(), "/api/generate", generateBody());
  const objects = lines(text);
  expect(objects.map((object) => object["response"]).join("")).toBe("1, 2, 3, 4, 5");
  // 3 tokens of the prompt and 9 of the reply.
  expect(objects.at(-1)?.["context"]).toHaveLength(12);
});

test.each([
  ["Count to 5", /^1, 2, 3, 4, 5$/],
  ["Hello", /^Hello! /],
  ["User: Count to 5\n\nAssistant: 1, 2\n\nUser: Hello\n\nAssistant:", /^Hello! /],
])("a generation with a system prompt answers %j as a chat does", async (prompt, reply) => {
  const body = generateBody({ stream: false, system: "Count to 3", prompt });
  const { text } = await post(await startTestEngine(), "/api/generate", body);
  expect(JSON.parse(text).response).toMatch(reply);
});

test("a raw generation has no context", async () => {
  const { text } = await post(await startTestEngine(), "/api/generate", generateBody({ raw: true }));
  expect(lines(text).at(-1)).not.toHaveProperty("context");
});

test("system prompt and context count as prompt", async () => {
  const body = generateBody({ stream: false, system: "Be kind", context: [1, 2] });
  const { text } = await post(await startTestEngine(), "/api/generate", body);
  expect(JSON.parse(text)).toMatchObject({ prompt_eval_count: 7 });
});

test.each([
  ["/api/chat", chatBody({ stream: false }), { message: { role: "assistant", content: "1, 2, 3, 4, 5" } }],
  ["/api/generate", generateBody({ stream: false }), { response: "1, 2, 3, 4, 5" }],
])("%s that is not streamed is one object", async (path, body, text) => {
  const answer = await post(await startTestEngine(), path, body);
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(JSON.parse(answer.text)).toMatchObject({ ...text, done: true, done_reason: "stop", eval_count: 9 });
});

test("num_predict ends a reply with the reason length", async () => {
  const body = chatBody({ stream: false, options: { num_predict: 4 } });
  const { text } = await post(await startTestEngine(), "/api/chat", body);
  expect(JSON.parse(text)).toMatchObject({
    message: { content: "1, 2," },
    done_reason: "length",
    eval_count: 4,
  });
});

test("a reply has the length that the process was given", async () => {
  const { text } = await post(await startTestEngine({ replyTokens: 3 }), "/api/chat", chatBody());
  expect(chatText(text)).toBe("1, 2");
});

test("a reply of a hundred thousand tokens comes whole", async () => {
  const body = chatBody({ options: { stand_in_tokens: 100_000 } });
  const { text } = await post(await startTestEngine(), "/api/chat", body);
  const objects = lines(text);
  expect(objects).toHaveLength(100_001);
  expect(objects.at(-2)).toMatchObject({ message: { content: " 100000" } });
  expect(objects.at(-1)).toMatchObject({ eval_count: 100_000 });
});

test("what HTML could mistake is escaped on the wire", async () => {
  const body = chatBody({ options: { stand_in_reply: "<=" } });
  expect((await post(await startTestEngine(), "/api/chat", body)).text).toContain('"\\u003c="');
});

test("the first scripted reply says that it is a stand-in, and no other one", async () => {
  const engine = await startTestEngine({ announce: true });
  const exact = await post(engine, "/api/chat", chatBody({ options: { stand_in_reply: "exact" } }));
  const first = await post(engine, "/api/chat", chatBody());
  const second = await post(engine, "/api/chat", chatBody());
  expect(chatText(exact.text)).toBe("exact");
  expect(chatText(first.text)).toMatch(/^This is a stand-in for Ollama: .*scripted.*\n\n1, 2, 3, 4, 5$/);
  expect(chatText(second.text)).toBe("1, 2, 3, 4, 5");
});

test.each([
  ["/api/chat", { model: "phi3:mini" }, { message: { role: "assistant", content: "" } }],
  ["/api/generate", { model: "phi3:mini" }, { response: "" }],
])("%s without a prompt loads the model, and with keep_alive 0 unloads it", async (path, body, empty) => {
  const engine = await startTestEngine();
  const load = await post(engine, path, body);
  const loaded = await call(engine, "GET", "/api/ps");
  const unload = await post(engine, path, { ...body, keep_alive: "0s" });
  const unloaded = await call(engine, "GET", "/api/ps");
  expect(JSON.parse(load.text)).toMatchObject({ ...empty, done: true, done_reason: "load" });
  expect(JSON.parse(loaded.text).models).toMatchObject([{ name: "phi3:mini", context_length: 4096 }]);
  expect(JSON.parse(unload.text)).toMatchObject({ ...empty, done: true, done_reason: "unload" });
  expect(JSON.parse(unloaded.text).models).toEqual([]);
});

test.each([
  [undefined, 300],
  [60, 60],
  ["1h", 3600],
  [-1, 9_223_372_036],
])("keep_alive %j keeps the model for %d s", async (keep_alive, seconds) => {
  const engine = await startTestEngine();
  await post(engine, "/api/chat", chatBody({ keep_alive }));
  const [loaded] = JSON.parse((await call(engine, "GET", "/api/ps")).text).models;
  const left = (Date.parse(loaded.expires_at) - Date.now()) / 1000;
  expect(left).toBeGreaterThan(seconds - 60);
  expect(left).toBeLessThan(seconds + 1);
});

test.each([0, "10ms"])("a model with keep_alive %j is gone after its use", async (keep_alive) => {
  const engine = await startTestEngine();
  await post(engine, "/api/chat", chatBody({ keep_alive }));
  await expect.poll(async () => (await call(engine, "GET", "/api/ps")).text).toBe('{"models":[]}');
});

test("the model that stays longest is listed first", async () => {
  const engine = await startTestEngine();
  await post(engine, "/api/generate", { model: "phi3:mini", keep_alive: 100 });
  await post(engine, "/api/generate", { model: "llama3.1:8b", keep_alive: 200, options: { num_ctx: 8192 } });
  const { models } = JSON.parse((await call(engine, "GET", "/api/ps")).text);
  expect(models).toMatchObject([{ name: "llama3.1:8b", context_length: 8192 }, { name: "phi3:mini" }]);
});

const UNKNOWN = "model 'nope' not found";
const DURATION = 'time: missing unit in duration "300"';
const THINK = 'invalid think value: "hard" (must be "high", "medium", "low", "max", true, or false)';

test.each([
  ["/api/chat", "", 400, "missing request body"],
  ["/api/chat", " \n", 400, "missing request body"],
  ["/api/chat", "{bad", 400, "invalid character 'b' looking for beginning of object key string"],
  ["/api/chat", "[]", 400, "json: cannot unmarshal array into Go value of type api.ChatRequest"],
  ["/api/chat", "null", 400, "model is required"],
  ["/api/chat", "{}", 400, "model is required"],
  ["/api/chat", { model: "nope" }, 404, UNKNOWN],
  ["/api/chat", { MODEL: "nope" }, 404, UNKNOWN],
  ["/api/chat", { model: "a b" }, 400, "invalid model name"],
  ["/api/chat", { model: "x:cloud" }, 403, "ollama cloud is disabled: remote model is unavailable"],
  ["/api/chat", chatBody({ keep_alive: "300" }), 400, DURATION],
  ["/api/chat", chatBody({ keep_alive: [] }), 400, "Unsupported type: '[]interface {}'"],
  ["/api/chat", chatBody({ think: true }), 400, '"llama3.1:8b" does not support thinking'],
  ["/api/chat", chatBody({ think: "hard" }), 400, THINK],
  ["/api/chat", chatBody({ top_logprobs: 21 }), 400, "top_logprobs must be between 0 and 20"],
  ["/api/chat", chatBody({ options: { num_ctx: "4k" } }), 500, 'option "num_ctx" must be of type integer'],
  [
    "/api/chat",
    chatBody({ model: "phi3:mini", tools: [{}] }),
    400,
    "registry.ollama.ai/library/phi3:mini does not support tools",
  ],
  [
    "/api/chat",
    chatBody({ stream: "yes" }),
    400,
    "json: cannot unmarshal string into Go struct field ChatRequest.stream of type bool",
  ],
  [
    "/api/chat",
    chatBody({ messages: [{ role: "user", content: ["parts"] }] }),
    400,
    "json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string",
  ],
  [
    "/api/chat",
    chatBody({ options: [] }),
    400,
    "json: cannot unmarshal array into Go struct field ChatRequest.options of type map[string]interface {}",
  ],
  ["/api/generate", "", 400, "missing request body"],
  ["/api/generate", "{}", 404, "model '' not found"],
  ["/api/generate", { model: "nope", prompt: "x" }, 404, UNKNOWN],
  [
    "/api/generate",
    generateBody({ suffix: "x" }),
    400,
    "registry.ollama.ai/library/llama3.1:8b does not support insert",
  ],
  [
    "/api/generate",
    generateBody({ raw: true, system: "x" }),
    400,
    "raw mode does not support template, system, or context",
  ],
  [
    "/api/generate",
    generateBody({ context: [1.5] }),
    400,
    "json: cannot unmarshal number 1.5 into Go struct field GenerateRequest.context of type int",
  ],
])("%s with %j is %i: %s", async (path, body, status, error) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await call(await startTestEngine(), "POST", path, text);
  expect(JSON.parse(answer.text)).toEqual({ error });
  expect(answer.status).toBe(status);
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
});

test("unknown fields and options are ignored, null is no value", async () => {
  const body = chatBody({
    format: "json",
    keep_alive: null,
    options: { warp: "9" },
    tools: null,
    think: false,
  });
  expect(await post(await startTestEngine(), "/api/chat", body)).toMatchObject({ status: 200 });
});
