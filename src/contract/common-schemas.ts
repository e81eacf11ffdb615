import * as z from "zod";

/** The body of every error that is not part of a stream (contract, section 5). */
export const ErrorBody = z.object({
  error: z.object({ code: z.string().min(1), message: z.string().min(1), hint: z.string().optional() }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** An opaque key: printable ASCII, so that it fits into paths, headers and event ids. */
export const WireKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, "must be 1 to 200 printable ASCII characters");

/** The key of a model profile, as an integer. */
export const ModelId = z.int().min(1);

/** A point in time, RFC 3339, UTC. */
export const Timestamp = z.iso.datetime({ offset: true });

/** One service that another one needs, as its health report shows it. */
export const DependencyHealth = z.object({
  status: z.enum(["ok", "unavailable"]),
  url: z.string().optional(),
  latency_ms: z.number().min(0).nullable(),
  version: z.string().optional(),
  /** Of an engine: which it is. `openai` is any server with OpenAI's wire. */
  kind: z.enum(["ollama", "stand-in", "openai"]).optional(),
  error: z.string().optional(),
});
export type DependencyHealth = z.infer<typeof DependencyHealth>;

/** What `GET /health` of gateway and HMI answers. `degraded`: it serves, but a dependency does not. */
export const Health = z.object({
  status: z.enum(["ok", "degraded"]),
  service: z.enum(["gateway", "hmi"]),
  version: z.string(),
  pid: z.int(),
  port: z.int(),
  uptime_s: z.number().min(0),
  timestamp: Timestamp,
  active_streams: z.int().min(0),
  dependencies: z.record(z.string(), DependencyHealth),
});
export type Health = z.infer<typeof Health>;

/** One model of the engine. `model_id` is the engine's name for it, a wire name kept from the seed. */
export const EngineModel = z.object({
  model_id: z.string().min(1),
  model_name: z.string().min(1),
  /** `ollama`; `stand-in`, where the answers are scripted and a person should be told so; else who owns the model. */
  provider: z.string(),
  /** The model's largest window, in tokens. */
  context_window: z.int().min(0).nullable(),
  /** What it is loaded with now; null where the engine does not tell. */
  window_in_force: z.int().min(0).nullable().default(null),
  /** What it can do (`completion`, `vision`, `thinking`, `tools`, ...); null where the engine does not tell. */
  capabilities: z.array(z.string()).nullable().default(null),
  /** Null where nobody knows. */
  cost_per_1m_input: z.number().min(0).nullable(),
  cost_per_1m_output: z.number().min(0).nullable(),
  is_default: z.boolean(),
});
export type EngineModel = z.infer<typeof EngineModel>;

/** What `GET /models` of the gateway and `GET /api/models` of the HMI answer. */
export const ModelList = z.object({
  status: z.literal("ok"),
  models: z.array(EngineModel),
  /** The model that is used where a request names none; null where the engine has no model. */
  default: z.string().nullable(),
  /** The setting `chat.model`, which the engine need not have. */
  configured: z.string().optional(),
});
export type ModelList = z.infer<typeof ModelList>;
