import * as z from "zod";

/** How a generation ended. */
export const FinishReason = z.enum(["stop", "length", "cancelled", "error"]);
export type FinishReason = z.infer<typeof FinishReason>;

/** Steps of a generation that a `status_update` names. */
export const StreamStatus = z.enum([
  "planning",
  "executing",
  "awaiting_approval",
  "complete",
  "cancelled",
  "error",
]);
export type StreamStatus = z.infer<typeof StreamStatus>;

const count = z.int().min(0);

/** Tokens counted by the engine; `total_tokens` is the sum of the other two. */
export const Usage = z
  .object({ prompt_tokens: count, completion_tokens: count, total_tokens: count })
  .refine((usage) => usage.total_tokens === usage.prompt_tokens + usage.completion_tokens, {
    message: "total_tokens must be prompt_tokens + completion_tokens",
    path: ["total_tokens"],
  });
export type Usage = z.infer<typeof Usage>;

/** A string without half of a surrogate pair. */
const wholeCharacters = z
  .string()
  .min(1)
  .refine((text) => text.isWellFormed(), { message: "must not hold half of a surrogate pair" });

const SessionCreatedEvent = z.object({
  type: z.literal("session_created"),
  session_id: z.string().min(1),
  model_id: z.int().min(1).nullable(),
  title: z.string().nullable(),
});
const StatusEvent = z.object({
  type: z.literal("status_update"),
  status: StreamStatus,
  detail: z.string().optional(),
  task_id: z.string().optional(),
});
const TokenEvent = z.object({ type: z.literal("token"), content: wholeCharacters });
const UsageEvent = z.object({ type: z.literal("usage"), usage: Usage, cost_usd: z.number().min(0) });
export const ErrorEvent = z.object({
  type: z.literal("error"),
  code: z.string().min(1),
  message: z.string().min(1),
  hint: z.string().optional(),
});
const DoneEvent = z.object({ type: z.literal("done"), finish_reason: FinishReason });

/** One event of a chat stream (contract, section 1). */
export const StreamEvent = z.discriminatedUnion("type", [
  SessionCreatedEvent,
  StatusEvent,
  TokenEvent,
  UsageEvent,
  ErrorEvent,
  DoneEvent,
]);
export type StreamEvent = z.infer<typeof StreamEvent>;
export type ErrorEvent = z.infer<typeof ErrorEvent>;
