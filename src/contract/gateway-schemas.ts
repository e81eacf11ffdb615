import * as z from "zod";
import { ModelId, WireKey } from "./common-schemas.ts";
import { LIMITS } from "./contract-defaults.ts";

/** One message as the engine is given it. */
export const EngineMessage = z.strictObject({
  role: z.enum(["system", "user", "assistant"]),
  content: z.string(),
  /** Pictures in base64, without a prefix. */
  images: z.array(z.base64()).max(LIMITS.imagesOfMessage).optional(),
});
export type EngineMessage = z.infer<typeof EngineMessage>;

/** Settings that are handed to the engine as they are: Ollama's `options` (temperature, num_predict, ...). */
export const EngineOptions = z.record(z.string(), z.unknown());
export type EngineOptions = z.infer<typeof EngineOptions>;

/** Whether and how much a model thinks before it answers; left out, it does as it is made. */
export const Think = z.union([z.boolean(), z.enum(["low", "medium", "high"])]);
export type Think = z.infer<typeof Think>;

/** How long the engine keeps the model loaded: seconds (negative: for ever), or a Go duration such as `5m`. */
export const KeepAlive = z.union([
  z.number(),
  z.string().regex(/^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/, "must be a duration such as 5m"),
]);
export type KeepAlive = z.infer<typeof KeepAlive>;

/** Never taken: an answer could not say yet what a tool was called with. */
export const noTools = z.undefined({ error: "tools are not supported here" }).optional();

/** The body of `POST /chat/stream`. */
export const ChatRequest = z
  .strictObject({
    session_id: WireKey,
    message_id: WireKey,
    agent_id: WireKey,
    /** Without it, the default: the configured model if the engine has it, else the engine's first. */
    model: z.string().min(1).max(500).optional(),
    content: z
      .string()
      .min(1)
      .max(LIMITS.messageChars, { error: `must be at most ${LIMITS.messageChars} characters` }),
    /** The whole history to send, `content` included as its last; without it, only `content` is sent. */
    messages: z.array(EngineMessage).min(1).optional(),
    /** Pictures of `content`, in base64. */
    images: z.array(z.base64()).max(LIMITS.imagesOfMessage).optional(),
    options: EngineOptions.optional(),
    think: Think.optional(),
    keep_alive: KeepAlive.optional(),
    /** The message that is answered, and the profile; told back in `started`. */
    user_message_id: WireKey.optional(),
    model_id: ModelId.nullish(),
    /** How many of the oldest messages are not in `messages`, because they have no room; told as `context_trimmed`. */
    left_out: z.int().min(1).optional(),
    /** True for what no person waits for (a summary): it gives way. */
    background: z.boolean().optional(),
    tools: noTools,
  })
  .check(({ value, issues }) => {
    const last = value.messages?.at(-1);
    if (last === undefined || (last.role === "user" && last.content === value.content)) return;
    issues.push({
      code: "custom",
      input: last,
      path: ["messages"],
      message: "must end with the user's `content`",
    });
  });
export type ChatRequest = z.infer<typeof ChatRequest>;

/** The query of `GET /chat/stream/{session_id}`: which reply, where the caller knows it. */
export const ResumeQuery = z.object({ message_id: WireKey.optional() });

/** The body of a cancel: which reply is meant; without it, whichever runs. */
export const Cancel = z.strictObject({ message_id: WireKey.optional() });
export type Cancel = z.infer<typeof Cancel>;

/** What a cancel answers, at the gateway and at the HMI. `idle`: nothing ran, so it is safe to repeat. */
export const CancelAnswer = z.discriminatedUnion("status", [
  z.object({ status: z.literal("cancelled"), session_id: z.string(), message_id: z.string().optional() }),
  z.object({ status: z.literal("idle"), session_id: z.string() }),
]);
export type CancelAnswer = z.infer<typeof CancelAnswer>;
