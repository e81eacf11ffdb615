/** The stream formats that are built in, and a decoder of any of them. */
import { isEventStreamType } from "../../contract/sse-decoder.ts";
import type { StreamDescription } from "../../contract/wire-description.ts";
import { streamDecoderOf } from "./stream-decoder.ts";
import type { StreamDecoderMaker } from "./stream-framings.ts";

/** Our own events, and those of the stacks of the seeds, which have some of them. */
export const CONTRACT_STREAM: StreamDescription = {
  framing: "sse",
  type: "type",
  started: {
    of: "started",
    conversation: "session_id",
    message: "message_id",
    reply: "assistant_message_id",
  },
  model: [
    { of: "started", at: "model" },
    { of: "status_update", where: { status: "executing" }, at: "detail" },
    { of: "usage", at: "model" },
  ],
  text: { of: "token", at: "content" },
  thought: { of: "thinking", at: "content" },
  usage: { of: "usage", prompt: "usage.prompt_tokens", completion: "usage.completion_tokens" },
  timings: {
    of: "usage",
    unit: "ms",
    queue: "timings.queue_ms",
    load: "timings.load_ms",
    prompt: "timings.prompt_ms",
    reply: "timings.reply_ms",
  },
  failure: [
    { of: "error", message: "message", code: "code", hint: "hint" },
    // Where there is no `error` event, a failure is a status.
    { of: "status_update", where: { status: "error" }, message: "detail" },
  ],
  notice: { of: "notice", message: "message", code: "code", hint: "hint" },
  done: { of: "done", reason: "finish_reason" },
};

/** OpenAI's chunks of a chat completion. */
export const OPENAI_CHAT_STREAM: StreamDescription = {
  framing: "sse",
  model: { at: "model" },
  thought: [{ at: "choices.0.delta.reasoning_content" }, { at: "choices.0.delta.reasoning" }],
  text: { at: "choices.0.delta.content" },
  usage: { prompt: "usage.prompt_tokens", completion: "usage.completion_tokens" },
  failure: { message: "error", code: "error.code" },
  done: [{ has: "choices.0.finish_reason", reason: "choices.0.finish_reason" }, { data: "[DONE]" }],
};

/** The events of OpenAI's Responses, and of the Open Responses standard. */
export const OPENAI_RESPONSES_STREAM: StreamDescription = {
  framing: "sse",
  type: "type",
  model: { of: "response.created", at: "response.model" },
  thought: [
    { of: "response.reasoning_text.delta", at: "delta" },
    { of: "response.reasoning_summary_text.delta", at: "delta" },
  ],
  text: { of: "response.output_text.delta", at: "delta" },
  usage: {
    of: ["response.completed", "response.incomplete"],
    prompt: "response.usage.input_tokens",
    completion: "response.usage.output_tokens",
  },
  failure: [
    { of: "response.failed", message: "response.error", code: "response.error.code" },
    { of: "error", message: "message", code: "code" },
  ],
  done: [
    { of: "response.completed", reason: "response.status" },
    { of: "response.incomplete", reason: "response.incomplete_details.reason" },
    { of: "response.failed", reason: "response.status" },
  ],
};

/** Anthropic's events of a message, as many back ends hand them on. */
export const ANTHROPIC_STREAM: StreamDescription = {
  framing: "sse",
  type: "type",
  model: { of: "message_start", at: "message.model" },
  thought: { of: "content_block_delta", at: "delta.thinking" },
  text: { of: "content_block_delta", at: "delta.text" },
  usage: [
    { of: "message_start", prompt: "message.usage.input_tokens" },
    { of: "message_delta", prompt: "usage.input_tokens", completion: "usage.output_tokens" },
  ],
  failure: { of: "error", message: "error.message", code: "error.type" },
  done: {
    of: "message_delta",
    reason: "delta.stop_reason",
    reasons: { stop: ["end_turn", "stop_sequence"], length: ["max_tokens"] },
  },
};

/** The UI messages of Vercel's AI SDK, version 5 and later, as `useChat` reads them. */
export const AI_SDK_UI_STREAM: StreamDescription = {
  framing: "sse",
  type: "type",
  started: { of: "start", reply: "messageId" },
  thought: { of: "reasoning-delta", at: "delta" },
  text: { of: "text-delta", at: "delta" },
  failure: { of: "error", message: "errorText" },
  done: [
    { of: "finish", reason: "finishReason" },
    { of: "abort", reason: "type", reasons: { cancelled: ["abort"] } },
    { data: "[DONE]" },
  ],
};

/** The data stream of Vercel's AI SDK before that. */
export const AI_SDK_DATA_STREAM: StreamDescription = {
  framing: "data-stream",
  type: "@event",
  started: { of: "f", reply: "messageId" },
  thought: { of: "g", at: "" },
  text: { of: "0", at: "" },
  usage: { of: "d", prompt: "usage.promptTokens", completion: "usage.completionTokens" },
  failure: { of: "3", message: "" },
  done: { of: "d", reason: "finishReason" },
};

/** The events of LangChain (`astream_events`), as LangServe and others hand them on: what its model says, and the end of the whole. */
export const LANGCHAIN_EVENTS_STREAM: StreamDescription = {
  framing: "sse",
  type: "event",
  model: { of: "on_chat_model_start", at: "metadata.ls_model_name" },
  text: { of: "on_chat_model_stream", at: "data.chunk.content" },
  usage: {
    of: "on_chat_model_end",
    prompt: "data.output.usage_metadata.input_tokens",
    completion: "data.output.usage_metadata.output_tokens",
  },
  failure: { message: "message", code: "status_code" },
  // What has no parent is the whole.
  done: { of: "on_chain_end", where: { "parent_ids.0": null } },
};

/** The patches of LangServe's `/stream_log`: what is added to the output, as messages or as texts. */
export const LANGSERVE_LOG_STREAM: StreamDescription = {
  framing: "sse",
  type: "@event",
  text: [
    { where: { "ops.0.path": "/streamed_output/-" }, at: "ops.0.value.content" },
    { where: { "ops.0.path": "/streamed_output/-" }, at: "ops.0.value" },
  ],
  usage: {
    where: { "ops.0.path": "/streamed_output/-" },
    prompt: "ops.0.value.usage_metadata.input_tokens",
    completion: "ops.0.value.usage_metadata.output_tokens",
  },
  failure: { of: "error", message: "message", code: "status_code" },
  done: { of: "end" },
};

/**
 * The messages of LangGraph's server (`stream_mode: messages-tuple`): pieces of what its model says, each with whose it is. A run may ask a
 * model several times, and is saved after the last word of it: it has ended where its stream has.
 */
export const LANGGRAPH_STREAM: StreamDescription = {
  framing: "sse",
  type: "@event",
  started: { of: "metadata", reply: "run_id" },
  model: { of: "messages", at: "0.response_metadata.model_name" },
  text: { of: "messages", where: { "0.type": "AIMessageChunk" }, at: "0.content" },
  usage: {
    of: "messages",
    prompt: "0.usage_metadata.input_tokens",
    completion: "0.usage_metadata.output_tokens",
  },
  failure: { of: "error", message: "message", code: "error" },
};

/** The events of the AG-UI protocol, by which CopilotKit and others talk to agents. */
export const AG_UI_STREAM: StreamDescription = {
  framing: "sse",
  type: "type",
  started: [
    { of: "RUN_STARTED", conversation: "threadId" },
    { of: ["TEXT_MESSAGE_START", "TEXT_MESSAGE_CHUNK"], reply: "messageId" },
  ],
  thought: {
    of: [
      "REASONING_MESSAGE_CONTENT",
      "REASONING_MESSAGE_CHUNK",
      // What it was called before.
      "THINKING_TEXT_MESSAGE_CONTENT",
    ],
    at: "delta",
  },
  text: { of: ["TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_CHUNK"], at: "delta" },
  failure: { of: "RUN_ERROR", message: "message", code: "code" },
  done: { of: ["RUN_FINISHED", "RUN_ERROR"] },
};

/** The events of Chainlit: a text's first piece begins it, and what is not streamed, or was, comes whole. */
export const CHAINLIT_STREAM: StreamDescription = {
  framing: "socket.io",
  type: "@event",
  started: [
    { of: "first_interaction", conversation: "thread_id" },
    {
      of: ["stream_start", "new_message"],
      where: { type: "assistant_message" },
      conversation: "threadId",
      reply: "id",
    },
  ],
  text: [
    { of: "stream_start", where: { type: "assistant_message" }, at: "output" },
    { of: "stream_token", where: { isSequence: false, isInput: false }, at: "token" },
    { of: "stream_token", where: { isSequence: true, isInput: false }, at: "token", cumulative: true },
    {
      of: ["new_message", "update_message"],
      where: { type: "assistant_message", isError: false },
      at: "output",
      cumulative: true,
    },
  ],
  failure: { of: "new_message", where: { isError: true }, message: "output" },
  done: { of: "task_end" },
};

/** Ollama's lines, of `/api/chat` and of `/api/generate`. */
export const OLLAMA_STREAM: StreamDescription = {
  framing: "ndjson",
  model: { at: "model" },
  thought: [{ at: "message.thinking" }, { at: "thinking" }],
  text: [{ at: "message.content" }, { at: "response" }],
  usage: { where: { done: true }, prompt: "prompt_eval_count", completion: "eval_count" },
  timings: {
    where: { done: true },
    unit: "ns",
    // Its clock starts when it has taken the request.
    total: "total_duration",
    load: "load_duration",
    prompt: "prompt_eval_duration",
    reply: "eval_duration",
  },
  failure: { message: "error" },
  done: { where: { done: true }, reason: "done_reason" },
};

/**
 * A decoder of any of these, framed as an event stream or a value a line, whichever its type says. What is none of them
 * is passed over: it may mean something to somebody else.
 */
export function knownStreamDecoder(
  contentType: string,
  prepare: (value: unknown) => unknown = (value) => value,
): StreamDecoderMaker {
  const framing = isEventStreamType(contentType) ? "sse" : "ndjson";
  return streamDecoderOf({ framing, done: { data: "[DONE]" } }, { rulesFor: shapeOf, prepare });
}

/** Which of them a value is of. */
function shapeOf(value: unknown): StreamDescription {
  if (typeof value !== "object" || value === null) return NOTHING;
  const { type, choices } = value as Record<string, unknown>;
  if (typeof type === "string")
    return type.startsWith("response.") ? OPENAI_RESPONSES_STREAM : CONTRACT_STREAM;
  return Array.isArray(choices) ? OPENAI_CHAT_STREAM : OLLAMA_STREAM;
}

const NOTHING: StreamDescription = { framing: "sse" };
