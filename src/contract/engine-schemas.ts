/**
 * Ollama's wire, as far as this stack reads it (server/routes.go and api/types.go of ollama/ollama), and
 * the record that the stand-in keeps. Readers take only what they need; unknown fields pass.
 */
import * as z from "zod";
import { EngineMessage } from "./gateway-schemas.ts";

export const EngineVersion = z.object({ version: z.string() });

/** An installed model as `GET /api/tags` lists it. */
export const InstalledModel = z.object({
  name: z.string(),
  model: z.string(),
  digest: z.string().optional(),
  details: z
    .object({ context_length: z.int().min(0).optional(), parameter_size: z.string().optional() })
    .optional(),
  /** Not from every edition: else {@link EngineShown} tells it. */
  capabilities: z.array(z.string()).optional(),
});
export type InstalledModel = z.infer<typeof InstalledModel>;

export const EngineTags = z.object({ models: z.array(InstalledModel) });
export type EngineTags = z.infer<typeof EngineTags>;

/** The models as OpenAI's `GET /v1/models` lists them: what every server tells. */
export const OpenAiModelList = z.object({ data: z.array(z.object({ id: z.string().min(1) })) });

/** What `POST /api/show` tells of a model, as far as it is read. */
export const EngineShown = z.object({
  capabilities: z.array(z.string()).optional(),
  /** By the names of its file format: `general.architecture`, `llama.context_length`. */
  model_info: z.record(z.string(), z.unknown()).optional(),
});
export type EngineShown = z.infer<typeof EngineShown>;

/** The models that are loaded, as `GET /api/ps` lists them; each with its window in force, in tokens, and when it is unloaded. */
export const EngineLoaded = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      context_length: z.int().min(0).optional(),
      expires_at: z.string().optional(),
    }),
  ),
});
export type EngineLoaded = z.infer<typeof EngineLoaded>;

/** The last object of a whole stream of `/api/chat` or `/api/generate`; durations are integer nanoseconds. */
export const EngineFinal = z.object({
  done: z.literal(true),
  done_reason: z.string().optional(),
  prompt_eval_count: z.int().min(0).optional(),
  eval_count: z.int().min(0).optional(),
  total_duration: z.number().min(0).optional(),
  load_duration: z.number().min(0).optional(),
  prompt_eval_duration: z.number().min(0).optional(),
  eval_duration: z.number().min(0).optional(),
});
export type EngineFinal = z.infer<typeof EngineFinal>;

/** How a generation at the stand-in ended; `running` while it has not. */
const GenerationEnd = z.enum(["running", "done", "aborted", "failed"]);

/** What the stand-in recorded of one generation. */
export const GenerationRecord = z.object({
  /** Counts from 1 within one process of the stand-in. */
  id: z.int().min(1),
  /** `/api/chat`, `/api/generate`, or OpenAI's `/v1/chat/completions`. */
  endpoint: z.enum(["chat", "generate", "completions"]),
  model: z.string(),
  /** What a chat was given; null for `/api/generate`. */
  messages: z.array(EngineMessage).nullable(),
  /** What `/api/generate` was given; null for a chat. */
  prompt: z.string().nullable(),
  system: z.string().nullable(),
  options: z.record(z.string(), z.unknown()),
  /** Whether it was asked to think, or how hard; null where nothing was said. Left out by whoever cannot see it. */
  think: z.union([z.boolean(), z.string()]).nullish(),
  /** The pictures that it was given, in order: the first 12 hexadecimal digits of each one's SHA-256. */
  images: z.array(z.string()).optional(),
  /** How long it was told to keep the model loaded, in milliseconds; null where nothing was said. */
  keep_alive_ms: z.number().nullish(),
  /** Messages that did not fit into the window. */
  dropped_messages: z.int().min(0).optional(),
  tokens_sent: z.int().min(0),
  /** At how many moments its bytes came; told by a tap, which sees them come. */
  moments_sent: z.int().min(0).optional(),
  /** How many characters it has answered, without thoughts; left out by who keeps the text itself. */
  chars_sent: z.int().min(0).optional(),
  /** What it answered, without thoughts, where that was kept: a tap keeps it, the stand-in only counts. */
  text: z.string().optional(),
  /** What its final object counted; null where none was sent. */
  counted: z.object({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0) }).nullable(),
  ended: GenerationEnd,
  /** How it was refused, in the engine's own words; left out where it was taken, and by the stand-in, which keeps no record of those. */
  refused: z.object({ status: z.int(), said: z.string() }).optional(),
  started_at: z.string(),
  first_token_at: z.string().nullable(),
  ended_at: z.string().nullable(),
});
export type GenerationRecord = z.infer<typeof GenerationRecord>;

/** What `GET /stand-in/generations?after=` answers: the generations with an id above `after`, oldest first. */
export const GenerationList = z.object({
  generations: z.array(GenerationRecord),
  /** The newest one's id, whichever are told; 0 before the first. Left out by an older stand-in. */
  last_id: z.int().min(0).optional(),
  /** Of one model it works on this many at a time (`OLLAMA_NUM_PARALLEL`); null: on as many as come. */
  parallel: z.int().min(0).nullish(),
});
export type GenerationList = z.infer<typeof GenerationList>;
