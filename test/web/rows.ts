import type { EngineModel, ModelList } from "../../src/contract/common-schemas.ts";
import type { AgentList, Message, Session } from "../../src/contract/hmi-schemas.ts";
import type { Profile } from "../../src/contract/profile-schemas.ts";

const NOW = "2026-01-01T00:00:00Z";

/** A conversation of the architect, unless told otherwise. */
export function session(fields: Partial<Session> = {}): Session {
  return {
    session_id: "1",
    model_id: null,
    agent_id: "architect",
    model: null,
    title: "Count to 2",
    active: true,
    archived: false,
    message_count: 0,
    created_at: NOW,
    updated_at: NOW,
    ...fields,
  };
}

/** A user's message. */
export function user(content: string): Message {
  return message({ role: "user", content });
}

/** A whole reply of two tokens, unless told otherwise. */
export function reply(content: string, fields: Partial<Message> = {}): Message {
  const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
  return message({ role: "assistant", content, model_name: "llama3.1:8b", usage, ...fields });
}

export function agents(): AgentList {
  const names = ["architect", "writer"];
  return {
    status: "ok",
    default: "architect",
    agents: names.map((agent_id) => ({
      agent_id,
      agent_name: agent_id,
      role_icon: "",
      tier: 1,
      parent_role: null,
      port: null,
    })),
  };
}

/** Profile 184. */
export function profile(fields: Partial<Profile> = {}): Profile {
  return {
    model_id: 184,
    name: "Payments",
    description: "",
    default_model: null,
    instructions: "",
    settings: {},
    created_at: NOW,
    updated_at: NOW,
    ...fields,
  };
}

export function models(fields: Partial<EngineModel> = {}): ModelList {
  const names = ["llama3.1:8b", "phi3:mini"];
  return {
    status: "ok",
    default: "llama3.1:8b",
    configured: "llama3.1:8b",
    models: names.map((model_id, index) => ({
      model_id,
      model_name: model_id,
      provider: "ollama",
      context_window: null,
      window_in_force: null,
      capabilities: null,
      cost_per_1m_input: 0,
      cost_per_1m_output: 0,
      is_default: index === 0,
      ...fields,
    })),
  };
}

let lastId = 100;

function message(fields: Partial<Message>): Message {
  lastId += 1;
  return {
    message_id: String(lastId),
    session_id: "1",
    model_id: null,
    role: "user",
    message_type: "chat",
    content: "",
    thinking: null,
    thinking_ms: null,
    images: [],
    timings: null,
    notices: [],
    model_name: null,
    agent_id: "architect",
    status: "complete",
    usage: null,
    finish_reason: null,
    error: null,
    timestamp: NOW,
    parent_id: null,
    versions: [],
    covers_until: null,
    ...fields,
  };
}

/** What the HMI answers to a message of conversation 1. */
export const SENT = {
  status: "ok",
  session_id: "1",
  message_id: "11",
  assistant_message_id: "12",
  agent_id: "architect",
  streaming: true,
} as const;
