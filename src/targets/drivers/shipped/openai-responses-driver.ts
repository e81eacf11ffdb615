import { defineDriver } from "../define-driver.ts";
import { OPENAI_RESPONSES_STREAM } from "../shipped-stream-formats.ts";

/** OpenAI's Responses and the Open Responses standard: named events, and the whole conversation with each message. */
export const openaiResponses = defineDriver({
  name: "openai-responses",
  title: "Open Responses (/v1/responses)",
  service: "gateway",
  wire: {
    service: "gateway",
    send: {
      request: "POST /v1/responses",
      body: {
        model: "{model}",
        input: "{history}",
        stream: true,
        store: false,
        max_output_tokens: "{max_tokens}",
        temperature: "{temperature}",
      },
    },
    stream: OPENAI_RESPONSES_STREAM,
    cancel: "close",
    models: { request: "GET /v1/models", list: "data", id: "id" },
    health: { request: "GET /v1/models" },
  },
});
