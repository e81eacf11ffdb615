import type { ModelExchange } from "../../../src/checks/model-conversation/model-exchange.ts";
import type { Message, Session } from "../../../src/contract/hmi-schemas.ts";
import type { Check, Verdict } from "../../../src/harness/define-check.ts";
import type { Target } from "../../../src/targets/open-target.ts";
import type { SeenGeneration } from "../../../src/targets/seen-evidence.ts";

/** The judging half alone. */
export function judge(check: Check<Target, never>, evidence: unknown): Verdict {
  return check.judge(evidence as never);
}

const AT = "2026-01-01T00:00:00.000Z";

/** A row of the conversation 80 of profile 184. */
export function row(changes: Partial<Message> = {}): Message {
  return {
    message_id: "1",
    session_id: "80",
    model_id: 184,
    role: "user",
    message_type: "chat",
    content: "Hello",
    thinking: null,
    thinking_ms: null,
    images: [],
    model_name: null,
    agent_id: "architect",
    status: "complete",
    usage: null,
    timings: null,
    notices: [],
    finish_reason: null,
    error: null,
    timestamp: AT,
    parent_id: null,
    versions: [],
    covers_until: null,
    ...changes,
  };
}

/** The reply to {@link row}. */
export function replyRow(changes: Partial<Message> = {}): Message {
  return row({ message_id: "2", role: "assistant", content: "Hi!", finish_reason: "stop", ...changes });
}

/** A message to profile 184 that went as it should, in conversation 80. */
export function exchange(changes: Partial<ModelExchange> = {}): ModelExchange {
  return {
    asked: { endpoint: "general-stream", message: "Hello", modelId: 184 },
    isForeign: false,
    status: 200,
    refusal: undefined,
    seen: "GET /api/chat/general-stream ended with done (stop) after 3 ms",
    stream: {
      kind: "stream",
      ...{ request: "GET /api/chat/general-stream", sent_at: AT, status: 200, headers: {}, content_type: "" },
      ...{ chunks: [], events: [], facts: [], comments_ms: [], body: null, end: "closed", duration_ms: 3 },
    },
    streamedText: "Hi!",
    ended: "done (stop)",
    isCut: false,
    sessionId: "80",
    newRows: [row(), replyRow()],
    profileOf: { "80": 184, "81": null, "90": 185 },
    generations: [generation("the word of 184")],
    ...changes,
  };
}

/** A general message that went as it should, in conversation 81. */
export function generalExchange(changes: Partial<ModelExchange> = {}): ModelExchange {
  return exchange({
    asked: { endpoint: "general-stream", message: "Hello" },
    sessionId: "81",
    newRows: [row({ session_id: "81", model_id: null }), replyRow({ session_id: "81", model_id: null })],
    generations: [generation("nothing special")],
    ...changes,
  });
}

/** What reached the engine, with this in its system prompt. */
export function generation(system: string, messages: SeenGeneration["messages"] = []): SeenGeneration {
  return {
    kind: "generation",
    id: 1,
    endpoint: "chat",
    model: "llama3.1:8b",
    messages: [{ role: "system", content: system }, ...(messages ?? [])],
    prompt: null,
    system: null,
    options: {},
    tokens_sent: 1,
    counted: { prompt_tokens: 1, completion_tokens: 1 },
    ended: "done",
    started_at: AT,
    first_token_at: AT,
    ended_at: AT,
  };
}

/** The active conversation 80 of profile 184. */
export function session(changes: Partial<Session> = {}): Session {
  return {
    session_id: "80",
    model_id: 184,
    agent_id: "architect",
    model: null,
    title: null,
    active: true,
    archived: false,
    message_count: 2,
    created_at: AT,
    updated_at: AT,
    ...changes,
  };
}
