import { REAL_MODELS } from "./ollama-models.ts";
import type { RawRequest } from "./raw-http.ts";
import { recordedCase as it, type RecordedCase } from "./record-answers.ts";

const { plain, tools, thinking } = REAL_MODELS;

const post = (path: string, body: object | string): RawRequest => ({
  method: "POST",
  path,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const get = (path: string, ...headers: string[]): RawRequest => ({ method: "GET", path, headers });

/** Short, and the same each time. */
const OPTIONS = { num_predict: 12, seed: 7, temperature: 0 };
const ASKED = [{ role: "user", content: "Say hello" }];

const chat = (fields: object = {}): RawRequest =>
  post("/api/chat", { model: plain, options: OPTIONS, messages: ASKED, ...fields });
const generate = (fields: object = {}): RawRequest =>
  post("/api/generate", { model: plain, options: OPTIONS, prompt: "Say hello", ...fields });
const completions = (fields: object = {}): RawRequest =>
  post("/v1/chat/completions", {
    model: plain,
    max_tokens: 12,
    seed: 7,
    temperature: 0,
    messages: ASKED,
    ...fields,
  });

const load = (model: string): RawRequest => post("/api/generate", { model });
const unload = (model: string): RawRequest => post("/api/generate", { model, keep_alive: 0 });

/** A conversation from which even a very small model learns to think shortly, and then to answer. */
const THINKS_SHORTLY = [
  ...Array.from({ length: 3 }, () => [
    { role: "user", content: "Say hello" },
    { role: "assistant", content: "<think>\nI greet.\n</think>\n\nHello there." },
  ]).flat(),
  { role: "user", content: "Say hello" },
];

/** A small picture: a PNG of one pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const ONE_TOOL = [
  { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } },
];
const words = (count: number): string => Array.from({ length: count }, () => "word").join(" ");
const IN_SMALL_WINDOW = { num_ctx: 64, num_predict: 8, seed: 7, temperature: 0 };

/** What is recorded of a real Ollama, and sent to the stand-in to be compared. */
export const OLLAMA_CASES: readonly RecordedCase[] = [
  it("root", get("/")),
  it("version", get("/api/version")),
  it("tags", get("/api/tags")),
  it("tags-head", { method: "HEAD", path: "/api/tags" }),
  it("ps-none", get("/api/ps"), ...Object.values(REAL_MODELS).map(unload)),
  it("ps", get("/api/ps"), load(plain)),
  it("show", post("/api/show", { model: plain })),
  it("show-thinking", post("/api/show", { model: thinking })),
  it("show-unknown-model", post("/api/show", { model: "nope" })),
  it("show-no-model", post("/api/show", {})),

  it("chat-stream", chat(), load(plain)),
  it(
    "chat-stops",
    chat({
      options: { num_predict: 60, temperature: 0 },
      messages: [{ role: "user", content: "What is 1+1? Answer with one word." }],
    }),
  ),
  // What this model would say first ends its reply: well, and without a word.
  it("chat-empty-reply", chat({ options: { ...OPTIONS, stop: ["I"] } })),
  it("chat-empty-reply-whole", chat({ stream: false, options: { ...OPTIONS, stop: ["I"] } })),
  it("chat-whole", chat({ stream: false })),
  it("chat-loads", post("/api/chat", { model: plain })),
  it("chat-unloads", post("/api/chat", { model: plain, keep_alive: 0 })),
  it("chat-unknown-model", chat({ model: "nope" })),
  it("chat-no-model", chat({ model: undefined })),
  it("chat-bad-name", chat({ model: "a b" })),
  it("chat-no-body", { method: "POST", path: "/api/chat" }),
  it("chat-bad-json", post("/api/chat", '{"model":')),
  it("chat-wrong-type", chat({ stream: "yes" })),
  it("chat-content-parts", chat({ messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] })),
  it("chat-bad-option", chat({ options: { num_ctx: "x" } })),
  it("chat-unknown-option", chat({ stream: false, options: { ...OPTIONS, unheard_of: "x" } })),
  it("chat-bad-keep-alive", chat({ keep_alive: "300" })),
  it("chat-bad-logprobs", chat({ top_logprobs: 21 })),
  it("chat-unknown-field", chat({ stream: false, unheard_of: true })),

  it(
    "chat-think",
    chat({ model: thinking, options: { num_predict: 40, temperature: 0 }, messages: THINKS_SHORTLY }),
  ),
  it(
    "chat-think-whole",
    chat({
      model: thinking,
      stream: false,
      think: "high",
      options: { num_predict: 40, temperature: 0 },
      messages: THINKS_SHORTLY,
    }),
  ),
  it("chat-think-uses-up", chat({ model: thinking, think: true })),
  it("chat-think-uses-up-whole", chat({ model: thinking, think: "low", stream: false })),
  it("chat-think-off", chat({ model: thinking, think: false, stream: false })),
  it("chat-think-bad-level", chat({ model: thinking, think: "hard" })),
  it("chat-think-wrong-type", chat({ model: thinking, think: 5 })),
  it("chat-think-not-able", chat({ think: true })),
  it("chat-tools", chat({ model: tools, stream: false, tools: ONE_TOOL })),
  it("chat-tools-not-able", chat({ tools: ONE_TOOL })),
  it(
    "chat-image-blind",
    chat({ stream: false, messages: [{ role: "user", content: "What is this?", images: [PNG] }] }),
  ),
  it(
    "chat-image-not-base64",
    chat({ messages: [{ role: "user", content: "What is this?", images: ["iVBO!w0KGgo="] }] }),
  ),
  it(
    "chat-image-short-base64",
    chat({ messages: [{ role: "user", content: "What is this?", images: ["iVBORw0"] }] }),
  ),
  it("chat-image-wrong-type", chat({ messages: [{ role: "user", content: "What is this?", images: [5] }] })),

  it(
    "chat-window-cut",
    chat({ options: IN_SMALL_WINDOW, messages: [{ role: "user", content: words(200) }] }),
  ),
  it(
    "chat-window-oldest",
    chat({
      stream: false,
      options: IN_SMALL_WINDOW,
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: words(100) },
        { role: "assistant", content: words(100) },
        { role: "user", content: "Say hello" },
      ],
    }),
  ),
  it(
    "chat-window-refused",
    chat({ truncate: false, options: IN_SMALL_WINDOW, messages: [{ role: "user", content: words(200) }] }),
  ),
  it(
    "chat-window-refused-whole",
    chat({
      truncate: false,
      stream: false,
      options: IN_SMALL_WINDOW,
      messages: [{ role: "user", content: words(200) }],
    }),
  ),
  it(
    "ps-small-window",
    get("/api/ps"),
    ...Object.values(REAL_MODELS).map(unload),
    chat({ stream: false, options: IN_SMALL_WINDOW }),
  ),

  it("generate-stream", generate(), load(plain)),
  it("generate-whole", generate({ stream: false })),
  it("generate-raw", generate({ stream: false, raw: true })),
  it("generate-think", generate({ model: thinking })),
  it("generate-think-whole", generate({ model: thinking, think: true, stream: false })),
  it("generate-think-not-able", generate({ think: "high" })),
  it("generate-no-model", generate({ model: undefined })),
  it("generate-image-blind", generate({ stream: false, images: [PNG] })),
  it("generate-unloads", unload(plain)),

  it("v1-models", get("/v1/models")),
  it("v1-model", get(`/v1/models/${plain}`)),
  it("v1-model-unknown", get("/v1/models/nope")),
  it("v1-chat-stream", completions({ stream: true, stream_options: { include_usage: true } }), load(plain)),
  it("v1-chat-stream-without-usage", completions({ stream: true })),
  it(
    "v1-chat-empty-reply",
    completions({ stream: true, stream_options: { include_usage: true }, stop: "I" }),
  ),
  it("v1-chat-whole", completions()),
  it(
    "v1-chat-think",
    completions({
      model: thinking,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 40,
      messages: THINKS_SHORTLY,
    }),
  ),
  it("v1-chat-think-whole", completions({ model: thinking, max_tokens: 40, messages: THINKS_SHORTLY })),
  it("v1-chat-think-uses-up", completions({ model: thinking, stream: true, reasoning_effort: "high" })),
  it("v1-chat-think-off", completions({ model: thinking, reasoning_effort: "none" })),
  it("v1-chat-think-not-able", completions({ reasoning_effort: "low" })),
  it("v1-chat-think-bad-effort", completions({ model: thinking, reasoning: { effort: "hard" } })),
  it("v1-chat-unknown-model", completions({ model: "nope", stream: true })),
  it("v1-chat-no-model", completions({ model: undefined })),
  it("v1-chat-no-messages", completions({ messages: [] })),
  it("v1-chat-no-body", { method: "POST", path: "/v1/chat/completions" }),
  it("v1-chat-bad-json", post("/v1/chat/completions", '{"model":')),
  it("v1-chat-wrong-type", completions({ stream: "yes" })),
  it("v1-chat-no-content", completions({ messages: [{ role: "user" }] })),
  it("v1-chat-bad-part", completions({ messages: [{ role: "user", content: [{ type: "video" }] }] })),
  it(
    "v1-chat-image-blind",
    completions({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
          ],
        },
      ],
    }),
  ),
  it(
    "v1-chat-image-elsewhere",
    completions({
      messages: [
        { role: "user", content: [{ type: "image_url", image_url: { url: "https://example.com/cat.png" } }] },
      ],
    }),
  ),
  it(
    "v1-chat-image-not-base64",
    completions({
      messages: [
        { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBO!" } }] },
      ],
    }),
  ),
  it("v1-wrong-method", get("/v1/chat/completions")),

  it("wrong-method", get("/api/chat")),
  it("wrong-path", get("/api/nope")),
  it("foreign-origin", get("/api/tags", "Origin: https://evil.example")),
  it("foreign-origin-preflight", {
    method: "OPTIONS",
    path: "/api/chat",
    headers: ["Origin: https://evil.example", "Access-Control-Request-Method: POST"],
  }),
  it("own-origin", get("/api/version", "Origin: http://localhost:3000")),
  it("own-origin-preflight", {
    method: "OPTIONS",
    path: "/api/chat",
    headers: ["Origin: http://localhost:3000", "Access-Control-Request-Method: POST"],
  }),
  it("foreign-host", get("/api/tags", "Host: evil.example")),
];

const responses = (fields: object = {}): RawRequest =>
  post("/v1/responses", { model: plain, max_output_tokens: 12, temperature: 0, input: ASKED, ...fields });

/** What is recorded of its Open Responses, which the stand-in does not speak. */
export const OLLAMA_RESPONSES_CASES: readonly RecordedCase[] = [
  it("v1-responses-stream", responses({ stream: true }), load(plain)),
  it("v1-responses-whole", responses()),
  it("v1-responses-text-input", responses({ stream: true, input: "Say hello" })),
  it(
    "v1-responses-think",
    responses({ model: thinking, stream: true, max_output_tokens: 40, input: THINKS_SHORTLY }),
  ),
  it("v1-responses-unknown-model", responses({ model: "nope", stream: true })),
  it("v1-responses-no-input", responses({ stream: true, input: undefined })),
  it("v1-responses-bad-json", post("/v1/responses", '{"model":')),
];
