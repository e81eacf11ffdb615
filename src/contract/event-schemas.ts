import * as z from "zod";
import { ModelId } from "./common-schemas.ts";

/** How a generation ended. */
export const FinishReason = z.enum(["stop", "length", "cancelled", "error"]);
export type FinishReason = z.infer<typeof FinishReason>;

/** How a reply ended by itself: at the most tokens that it may have, or of whatever else an engine may say, as it wished. */
export function ownFinishReason(reason: unknown): Extract<FinishReason, "stop" | "length"> {
  return reason === "length" ? "length" : "stop";
}

/** Steps of a generation that a `status_update` names. */
export const StreamStatus = z.enum([
  "planning",
  "executing",
  "queued",
  "loading",
  "thinking",
  "awaiting_approval",
  "complete",
  "cancelled",
  "error",
]);
export type StreamStatus = z.infer<typeof StreamStatus>;

const count = z.int().min(0);

/**
 * Tokens counted by the engine; what was not counted is null, not 0. `total_tokens` is the sum of the other two, null
 * where either is. `thinking_tokens` are those of `completion_tokens` that were thoughts, where the engine tells.
 */
export const Usage = z
  .object({
    prompt_tokens: count.nullable(),
    completion_tokens: count.nullable(),
    total_tokens: count.nullable(),
    thinking_tokens: count.optional(),
  })
  .refine((usage) => usage.total_tokens === sumOf(usage.prompt_tokens, usage.completion_tokens), {
    message: "total_tokens must be prompt_tokens + completion_tokens, null where either is",
    path: ["total_tokens"],
  });
export type Usage = z.infer<typeof Usage>;

function sumOf(prompt: number | null, completion: number | null): number | null {
  return prompt === null || completion === null ? null : prompt + completion;
}

/** Usage by its two counts, each null where nobody counted. */
export function usageOf(promptTokens: number | null, completionTokens: number | null): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: sumOf(promptTokens, completionTokens),
  };
}

const figure = z.number().min(0).nullable();

/** What a reply took by the engine's own figures, in milliseconds; each null where it tells none. */
export const Timings = z.object({
  /** From the request until the engine turned to it. */
  queue_ms: figure,
  /** Loading the model; about 0 where it was loaded. */
  load_ms: figure,
  /** Reading the prompt. */
  prompt_ms: figure,
  /** Writing the reply, thoughts included. */
  reply_ms: figure,
  tokens_per_second: figure,
});
export type Timings = z.infer<typeof Timings>;

/** A string without half of a surrogate pair. */
const wholeCharacters = z
  .string()
  .min(1)
  .refine((text) => text.isWellFormed(), { message: "must not hold half of a surrogate pair" });

const StartedEvent = z.object({
  type: z.literal("started"),
  session_id: z.string().min(1),
  /** The user's message; null where the gateway was not told. */
  message_id: z.string().min(1).nullable(),
  assistant_message_id: z.string().min(1),
  /** The engine's model; null where its default is not known yet. */
  model: z.string().nullable(),
  model_id: ModelId.nullable(),
  /** Only where this message made the conversation. */
  created: z.literal(true).optional(),
  title: z.string().nullable().optional(),
});
const StatusEvent = z.object({
  type: z.literal("status_update"),
  status: StreamStatus,
  detail: z.string().optional(),
  task_id: z.string().optional(),
});
const TokenEvent = z.object({ type: z.literal("token"), content: wholeCharacters });
const ThinkingEvent = z.object({ type: z.literal("thinking"), content: wholeCharacters });

/** What a person should know of a reply that goes on. */
export const Notice = z.object({
  code: z.enum(["context_trimmed", "repeating"]),
  message: z.string().min(1),
  hint: z.string().optional(),
  /** For `context_trimmed`: how many messages were not sent. */
  left_out: z.int().min(1).optional(),
});
export type Notice = z.infer<typeof Notice>;
const NoticeEvent = Notice.extend({ type: z.literal("notice") });

const UsageEvent = z.object({
  type: z.literal("usage"),
  usage: Usage,
  /** Null where nobody knows. */
  cost_usd: z.number().min(0).nullable(),
  /** Null, or left out by others, where the engine tells none. */
  timings: Timings.nullable().default(null),
});
export const ErrorEvent = z.object({
  type: z.literal("error"),
  code: z.string().min(1),
  message: z.string().min(1),
  hint: z.string().optional(),
  /** When to come back, in seconds. */
  retry_after_s: z.int().min(0).optional(),
});
const DoneEvent = z.object({ type: z.literal("done"), finish_reason: FinishReason });

/** One event of a chat stream (contract, section 1). */
export const StreamEvent = z.discriminatedUnion("type", [
  StartedEvent,
  StatusEvent,
  ThinkingEvent,
  TokenEvent,
  NoticeEvent,
  UsageEvent,
  ErrorEvent,
  DoneEvent,
]);
export type StreamEvent = z.infer<typeof StreamEvent>;
export type StartedEvent = z.infer<typeof StartedEvent>;
export type UsageEvent = z.infer<typeof UsageEvent>;
export type ErrorEvent = z.infer<typeof ErrorEvent>;
