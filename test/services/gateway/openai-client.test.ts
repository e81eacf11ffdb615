import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { startOpenAiEngine } from "../../support/openai-engine.ts";
import { openAiClientOf, REQUEST, replyOf } from "../../support/openai-reply.ts";
import { startReplay } from "../../support/replay.ts";

describe.each(["whole", "each byte"] as const)("as it was recorded, %s", (cut) => {
  test("Ollama's reply", async () => {
    const { text, thoughts, final, error } = await replyOf(await startReplay("ollama/v1-chat-stream", cut));
    expect(error).toBeUndefined();
    expect(text).toMatch(/ interested in learning about$/);
    expect(thoughts).toBe("");
    expect(final).toEqual({
      finishReason: "length",
      promptTokens: 11,
      completionTokens: 12,
      timings: null,
    });
  });

  test("Ollama's thoughts, which use up the limit", async () => {
    const { text, thoughts, final, error } = await replyOf(
      await startReplay("ollama/v1-chat-think-uses-up", cut),
    );
    expect(error).toBeUndefined();
    expect(text).toBe("");
    expect(thoughts.length).toBeGreaterThan(10);
    expect(final).toMatchObject({ finishReason: "length", promptTokens: null, completionTokens: null });
  });

  test.each([
    ["chat-unknown-model", "model_not_found", "model 'nope' not found"],
    ["chat-think-not-able", "not_able", "does not support thinking"],
    ["chat-bad-json", "engine_error", "unexpected EOF"],
    ["chat-wrong-type", "engine_error", "stream"],
  ])("Ollama's error, %s", async (name, code, says) => {
    const { error } = await replyOf(await startReplay(`ollama/v1-${name}`, cut));
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) });
  });

  test.each(["chat-stream", "chat-stream-openai"])(
    "LiteLLM's %s, with another id in every chunk or not",
    async (name) => {
      const { text, final, error } = await replyOf(await startReplay(`litellm/${name}`, cut));
      expect(error).toBeUndefined();
      expect(text.length).toBeGreaterThan(10);
      expect(final).toMatchObject({ promptTokens: 11, completionTokens: 12, timings: null });
    },
  );

  test.each([
    ["chat-no-key", "", "engine_error", "Internal Server Error"],
    ["chat-wrong-key", "sk-1", "engine_error", "refused our key"],
    ["chat-unknown-model", "sk-1", "model_not_found", "Invalid model name"],
  ])("LiteLLM's error, %s", async (name, apiKey, code, says) => {
    const { error } = await replyOf(await startReplay(`litellm/${name}`, cut), REQUEST, { apiKey });
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) });
    if (name !== "chat-unknown-model")
      expect(error).toMatchObject({ hint: expect.stringContaining("engine.api_key") });
  });

  test("LiteLLM's models", async () => {
    const names = await openAiClientOf(await startReplay("litellm/models", cut)).modelNames();
    expect(names.toSorted()).toEqual(["smollm2", "smollm2-openai"]);
  });

  test("Ollama's models", async () => {
    const models = await openAiClientOf(await startReplay("ollama/v1-models", cut)).models();
    expect(models).toContainEqual({
      name: "smollm2:135m",
      owner: "library",
      contextWindow: null,
      windowInForce: null,
      capabilities: null,
    });
  });
});

describe("a refusal", () => {
  const refused = async (status: number, body: string, options = {}, headers = {}) => {
    const { url } = await startOpenAiEngine((response: ServerResponse) =>
      response.writeHead(status, headers).end(body),
    );
    return (await replyOf(url, REQUEST, options)).error;
  };
  const error = (message: string, rest: object = {}) => JSON.stringify({ error: { message, ...rest } });
  const key = expect.stringContaining("engine.api_key");

  test.each([
    ["404 of a model", 404, error("The model `m` does not exist.", { code: "model_not_found" })],
    [
      "404 of a model as vLLM tells it",
      404,
      '{"object":"error","message":"The model `m` does not exist.","code":404}',
    ],
    [
      "400 of a model as LiteLLM tells it",
      400,
      error("Invalid model name passed in model=m. Call `/v1/models`", { code: "400" }),
    ],
  ])("%s is model_not_found", async (_, status, body) => {
    expect(await refused(status, body)).toMatchObject({ code: "model_not_found" });
  });

  test.each([
    ["401 without a key", 401, error("Missing key"), "", "asks for a key: Missing key"],
    ["401 with another key", 401, error("Incorrect API key"), "sk-1", "refused our key: Incorrect API key"],
    [
      "LiteLLM's 400 to another key",
      400,
      error("No connected db.", { type: "no_db_connection" }),
      "sk-1",
      "refused our key",
    ],
    ["LiteLLM's plain 500 without a key", 500, "Internal Server Error", "", "failed: Internal Server Error"],
  ])("%s names the setting", async (_, status, body, apiKey, says) => {
    const message = expect.stringContaining(says);
    expect(await refused(status, body, { apiKey })).toMatchObject({
      code: "engine_error",
      message,
      hint: key,
    });
  });

  test.each([
    [{ "retry-after": "7" }, 7],
    [{}, undefined],
  ])("429 is rate_limited, with its Retry-After %j", async (headers, retryAfterS) => {
    expect(await refused(429, error("Slow down"), {}, headers)).toMatchObject({
      code: "rate_limited",
      retryAfterS,
    });
  });

  test("503 is engine_unavailable, as of llama.cpp while it loads", async () => {
    const body = error("Loading model", { type: "unavailable_error", code: 503 });
    expect(await refused(503, body)).toMatchObject({ code: "engine_unavailable" });
  });

  test("FastAPI's words are read", async () => {
    const message = expect.stringContaining("Not Found");
    expect(await refused(404, '{"detail":"Not Found"}')).toMatchObject({ code: "engine_error", message });
  });

  test("a page instead of a stream is none", async () => {
    const { url } = await startOpenAiEngine((response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>"),
    );
    const message = expect.stringContaining("text/html");
    expect((await replyOf(url)).error).toMatchObject({ code: "engine_error", message });
  });
});

describe("the models", () => {
  test("are told of as far as the server tells", async () => {
    const { url } = await startOpenAiEngine(() => undefined, {
      data: [
        { id: "llama", owned_by: "llamacpp", meta: { n_ctx: 4096, n_ctx_train: 8192 } },
        { id: "vllm", owned_by: "vllm", max_model_len: 2048 },
        {
          id: "studio",
          owned_by: "organization_owner",
          max_context_length: 8192,
          loaded_context_length: 1024,
        },
        { id: "bare" },
      ],
      models: [{ name: "llama", capabilities: ["completion", "multimodal"] }],
    });
    const client = openAiClientOf(url);
    const unknown = { owner: null, contextWindow: null, windowInForce: null, capabilities: null };
    expect(await client.models()).toEqual([
      {
        name: "llama",
        owner: "llamacpp",
        contextWindow: 8192,
        windowInForce: 4096,
        capabilities: ["completion", "multimodal", "vision"],
      },
      { ...unknown, name: "vllm", owner: "vllm", contextWindow: 2048, windowInForce: 2048 },
      { ...unknown, name: "studio", owner: "organization_owner", contextWindow: 8192, windowInForce: 1024 },
      { ...unknown, name: "bare" },
    ]);
    expect(await client.isAble("llama", "vision")).toBe(true);
    expect(await client.isAble("llama", "thinking")).toBeNull();
    expect(await client.isAble("bare", "vision")).toBeNull();
    expect(await client.identify()).toEqual({ kind: "openai" });
  });
});
