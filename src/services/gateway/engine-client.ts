import type { FastifyBaseLogger } from "fastify";
import type { DependencyHealth } from "../../contract/common-schemas.ts";
import type { EngineApi } from "../../contract/contract-defaults.ts";
import type { EngineDelta } from "./engine-deltas.ts";
import type { EngineRequest } from "./engine-request.ts";
import { createOllamaClient } from "./ollama-client.ts";
import { createOpenAiClient } from "./openai-client.ts";

/** Which engine it is, as it says itself. */
export interface EngineIdentity {
  readonly kind: NonNullable<DependencyHealth["kind"]>;
  /** Left out where it tells none. */
  readonly version?: string;
}

/** What not every model can do: see pictures, or think before it answers. */
export type Capability = "vision" | "thinking";

/** A model as the engine tells of it; what it does not tell is null. */
export interface InstalledEngineModel {
  /** The engine's own name of it. */
  readonly name: string;
  /** Who owns or runs it, where the engine says that apart from itself. */
  readonly owner: string | null;
  /** Its largest window, in tokens. */
  readonly contextWindow: number | null;
  /** The window that it is loaded with now, in tokens. */
  readonly windowInForce: number | null;
  /** What it can do, such as `vision` and `thinking`. */
  readonly capabilities: readonly string[] | null;
}

/** The engine as the gateway uses it. Every call may throw a WireError `engine_unavailable` or `engine_error`. */
export interface EngineClient {
  /** Which engine answers; the cheapest question there is. */
  identify(signal?: AbortSignal): Promise<EngineIdentity>;
  /** The models that it has, by its own names, in its own order. */
  modelNames(signal?: AbortSignal): Promise<readonly string[]>;
  /** The same with all that it tells of them. */
  models(signal?: AbortSignal): Promise<readonly InstalledEngineModel[]>;
  /** Whether a model can do this; null where the engine does not tell, or does not have it. */
  isAble(model: string, capability: Capability, signal?: AbortSignal): Promise<boolean | null>;
  /** Whether a model is loaded; null where the engine does not tell, or not in a second. */
  isLoaded(model: string, signal?: AbortSignal): Promise<boolean | null>;
  /** True where nobody is paid for its tokens; false where nobody knows. */
  isFree(model: string): boolean;
  /**
   * The reply, in groups: the pieces that arrived together stay together. Ends with the final piece;
   * throws `model_not_found`, `not_able`, `rate_limited`, `reply_too_long`, and `engine_error` where the stream fails
   * or stops without a final piece.
   */
  chat(request: EngineRequest, signal: AbortSignal): AsyncIterable<readonly EngineDelta[]>;
  close(): Promise<void>;
}

/** What a client of an engine is made with. */
export interface EngineClientOptions {
  readonly url: string;
  /** Shown with every call; empty, or left out: nothing. */
  readonly apiKey?: string | undefined;
  /** The setting `stream.max_reply_chars`. */
  readonly maxReplyChars?: number | undefined;
  readonly logger?: FastifyBaseLogger | undefined;
}

/** Each wire that an engine may speak, with the client that speaks it. */
const CLIENTS: Readonly<Record<EngineApi, (options: EngineClientOptions) => EngineClient>> = {
  chat: (options) => createOllamaClient(options, "chat"),
  generate: (options) => createOllamaClient(options, "generate"),
  openai: createOpenAiClient,
};

/** A client of the engine at this URL, by the wire that it speaks. */
export function createEngineClient(api: EngineApi, options: EngineClientOptions): EngineClient {
  return CLIENTS[api](options);
}
