import { defineDriver } from "../define-driver.ts";
import { OLLAMA_STREAM } from "../shipped-stream-formats.ts";

/** An Ollama by itself, by its own wire. */
export const ollama = defineDriver({
  name: "ollama",
  title: "an Ollama by itself (/api/chat)",
  service: "engine",
  wire: {
    service: "engine",
    send: {
      request: "POST /api/chat",
      body: { model: "{model}", messages: "{history}", options: "{options}", stream: true },
    },
    stream: OLLAMA_STREAM,
    cancel: "close",
    models: { request: "GET /api/tags", list: "models", id: "name" },
    health: { request: "GET /api/version" },
  },
});
