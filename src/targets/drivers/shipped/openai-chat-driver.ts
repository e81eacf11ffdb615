import { defineDriver } from "../define-driver.ts";
import { OPENAI_CHAT_STREAM } from "../shipped-stream-formats.ts";

/** OpenAI's chat completions, as most engines and gateways have them: whoever talks brings the whole conversation. */
export const openaiChat = defineDriver({
  name: "openai-chat",
  title: "OpenAI's chat completions (/v1/chat/completions)",
  service: "gateway",
  wire: {
    service: "gateway",
    send: {
      request: "POST /v1/chat/completions",
      body: {
        model: "{model}",
        messages: "{history}",
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: "{max_tokens}",
        temperature: "{temperature}",
      },
    },
    stream: OPENAI_CHAT_STREAM,
    cancel: "close",
    models: { request: "GET /v1/models", list: "data", id: "id" },
    health: { request: "GET /v1/models" },
  },
});
