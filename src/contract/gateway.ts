import * as z from "zod";
import { WireKey } from "./common.ts";
import { LIMITS } from "./defaults.ts";

/** One message as the engine is given it. */
export const EngineMessage = z.object({
  role: z.enum(["system", "user", "assistant"]),
  content: z.string(),
});
export type EngineMessage = z.infer<typeof EngineMessage>;

/** Settings that are handed to the engine as they are: Ollama's `options` (temperature, num_predict, ...). */
export const EngineOptions = z.record(z.string(), z.unknown());
export type EngineOptions = z.infer<typeof EngineOptions>;

/** The body of `POST /chat/stream`. */
export const ChatRequest = z.object({
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
  options: EngineOptions.optional(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

/** The query of `GET /chat/stream/{session_id}`: which reply, where the caller knows it. */
export const ResumeQuery = z.object({ message_id: WireKey.optional() });

/** What a cancel answers, at the gateway and at the HMI. `idle`: nothing ran, so it is safe to repeat. */
export const CancelAnswer = z.discriminatedUnion("status", [
  z.object({ status: z.literal("cancelled"), session_id: z.string(), message_id: z.string() }),
  z.object({ status: z.literal("idle"), session_id: z.string() }),
]);
export type CancelAnswer = z.infer<typeof CancelAnswer>;
