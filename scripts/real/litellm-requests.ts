import type { RawRequest } from "./raw-http.ts";
import { type RecordedCase, recordedCase } from "./record-answers.ts";

/** The key of the proxy that scripts/real/litellm.ts sets up. It opens nothing else. */
export const LITELLM_KEY = "sk-for-trials-on-this-machine-only";

/** One model by each of LiteLLM's ways to Ollama. */
export const LITELLM_MODELS = { ollama: "smollm2", openai: "smollm2-openai" } as const;

const AUTHORIZED = [`Authorization: Bearer ${LITELLM_KEY}`];
const ASKED = [{ role: "user", content: "Say hello" }];

const get = (path: string, headers: readonly string[] = AUTHORIZED): RawRequest => ({
  method: "GET",
  path,
  headers,
});
const completions = (fields: object = {}, headers: readonly string[] = AUTHORIZED): RawRequest => ({
  method: "POST",
  path: "/v1/chat/completions",
  headers,
  body: JSON.stringify({ model: LITELLM_MODELS.ollama, max_tokens: 12, messages: ASKED, ...fields }),
});
const STREAM = { stream: true, stream_options: { include_usage: true } };

/** What is recorded of a LiteLLM proxy before a real Ollama. */
export const LITELLM_CASES: readonly RecordedCase[] = [
  recordedCase("liveliness", get("/health/liveliness")),
  recordedCase("readiness", get("/health/readiness")),
  recordedCase("models", get("/v1/models")),
  recordedCase("models-no-key", get("/v1/models", [])),
  recordedCase("chat-stream", completions(STREAM)),
  recordedCase("chat-stream-openai", completions({ ...STREAM, model: LITELLM_MODELS.openai })),
  recordedCase("chat-stream-without-usage", completions({ stream: true })),
  recordedCase("chat-whole", completions()),
  recordedCase("responses-stream", {
    ...completions(),
    path: "/v1/responses",
    body: JSON.stringify({ model: LITELLM_MODELS.ollama, stream: true, max_output_tokens: 12, input: ASKED }),
  }),
  recordedCase("chat-unknown-model", completions({ ...STREAM, model: "nope" })),
  recordedCase("chat-no-messages", completions({ ...STREAM, messages: [] })),
  recordedCase("chat-bad-json", { ...completions(), body: '{"model":' }),
  recordedCase("chat-no-key", completions(STREAM, [])),
  recordedCase("chat-wrong-key", completions(STREAM, ["Authorization: Bearer sk-wrong"])),
];
