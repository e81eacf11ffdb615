import { defineDriver } from "../driver.ts";
import { openaiChat } from "./openai-chat.ts";

/** LiteLLM's proxy: OpenAI's wire, with a cheap health report of its own (`/health` asks every model). */
export const litellm = defineDriver({
  name: "litellm",
  title: "LiteLLM's proxy",
  service: "gateway",
  wire: { ...openaiChat.wire, health: { request: "GET /health/readiness" } },
});
