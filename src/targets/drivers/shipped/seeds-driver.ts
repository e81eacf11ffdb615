import { defineDriver } from "../define-driver.ts";
import { CONTRACT_STREAM } from "../shipped-stream-formats.ts";

/**
 * A Python chat stack: a Flask HMI before a FastAPI gateway before the engine, with UUIDs for ids, as it was seen with curl. It
 * is what this project began with (its two seeds), and `seeds` is what it is called in settings and reports. It has no profiles,
 * and a null for its conversation always makes a new one.
 */
export const seeds = defineDriver({
  name: "seeds",
  title: "the Python stack of the seeds (Flask HMI, FastAPI gateway)",
  service: "hmi",
  behind: ["gateway", "engine"],
  // From its database: conversation_sessions and messages, ids that are UUIDs.
  storeNames: {
    conversations: "conversation_sessions",
    "conversations.id": "session_id",
    "messages.id": "message_id",
    "messages.order": "timestamp",
    "messages.session_id": "session_id",
    "messages.role": "message_type",
    "messages.created_at": "timestamp",
  },
  wire: {
    service: "hmi",
    send: {
      request: "POST /api/chat/message",
      body: { session_id: "{conversation|null}", message: "{text}", agent_id: "{agent}", model: "{model}" },
      told: { conversation: "session_id", message: "message_id", reply: "assistant_message_id" },
    },
    read: { request: "GET /api/chat/stream/{conversation}" },
    stream: CONTRACT_STREAM,
    cancel: { request: "POST /api/chat/sessions/{conversation}/cancel" },
    rows: {
      request: "GET /api/chat/sessions/{conversation}/messages",
      list: "messages",
      id: "message_id",
      // `role` is the same word, or null.
      role: "message_type",
      text: "content",
      status: "status",
      model: "model_name",
      prompt_tokens: "usage.prompt_tokens",
      completion_tokens: "usage.completion_tokens",
    },
    conversations: { request: "GET /api/chat/sessions", list: "sessions", id: "session_id" },
    delete_conversation: { request: "DELETE /api/chat/sessions/{conversation}" },
    models: { request: "GET /api/models", list: "models", id: "model_id" },
    health: { request: "GET /health" },
    page: "/llm",
  },
});
