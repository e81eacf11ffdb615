import { randomInt } from "node:crypto";
import { encodeGoJson } from "./go/go-json.ts";
import type { FormattedEnd, ReplyFormat } from "./reply-format.ts";

/** Content-Type of what `/v1` answers whole; Ollama says no charset there. */
export const OPENAI_JSON_TYPE = "application/json";

/** Events of `/v1/chat/completions` as Ollama makes them of its own objects (openai/openai.go, middleware/openai.go). */
export function openAiFormat(model: string, includeUsage: boolean): ReplyFormat {
  const id = `chatcmpl-${randomInt(999)}`;
  const head = (object: string, name = model): object => ({
    id,
    object,
    created: Math.floor(Date.now() / 1000),
    model: name,
    system_fingerprint: "fp_ollama",
  });
  const chunk = (delta: object, finish_reason: string | null, name = model): object => ({
    ...head("chat.completion.chunk", name),
    choices: [{ index: 0, delta, finish_reason }],
  });
  return {
    streamType: "text/event-stream",
    pieces: (tokens) =>
      tokens
        .map(({ text, isThought }) => event(chunk(isThought ? message("", text) : message(text, ""), null)))
        .join(""),
    end: (reply) =>
      event(chunk(message("", ""), reply.doneReason)) +
      (includeUsage ? event({ ...head("chat.completion.chunk"), choices: [], usage: usage(reply) }) : "") +
      "data: [DONE]\n\n",
    whole: (reply) => ({
      type: OPENAI_JSON_TYPE,
      body: jsonLine({
        ...head("chat.completion"),
        choices: [{ index: 0, message: message(reply.text, reply.thought), finish_reason: reply.doneReason }],
        usage: usage(reply),
      }),
    }),
    failure: (status, text) => jsonLine(openAiError(status, text)),
    // Ollama takes its own error for one more object: the words are lost, and no [DONE] follows.
    lateFailure: () => event(chunk(message("", ""), null, "")),
  };
}

/** An error in OpenAI's shape, as Ollama words it. */
export function openAiError(status: number, text: string): object {
  return { error: { message: text, type: ERROR_TYPES[status] ?? "api_error", param: null, code: null } };
}

/** JSON as Go's encoder writes it, with a line break after it. */
export function jsonLine(value: object): string {
  return `${encodeGoJson(value)}\n`;
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  404: "not_found_error",
};

function event(value: object): string {
  return `data: ${encodeGoJson(value)}\n\n`;
}

function message(content: string, reasoning: string): object {
  return { role: "assistant", content, ...(reasoning === "" ? {} : { reasoning }) };
}

function usage({ promptTokens, replyTokens }: FormattedEnd): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: replyTokens,
    total_tokens: promptTokens + replyTokens,
  };
}
