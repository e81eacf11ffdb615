import type { Config } from "../config/config-schema.ts";
import type { EngineOptions } from "../contract/gateway-schemas.ts";
import type { TargetUrls } from "../targets/open-target.ts";

/** What a trace asks for. */
export interface TraceOptions {
  /** The stack, by the driver that it says. `model` is the configured one. */
  readonly target: TargetUrls;
  /** The address of a proxy before the HMI, or before the gateway: whatever answers there tells which. */
  readonly via?: string | undefined;
  readonly message: string;
  /** The engine's name of the model; undefined for the configured one, or what stands in for it. */
  readonly model?: string | undefined;
  /** Whether somebody has said what `chat.model` is: then it is what a hop takes whose messages name none. */
  readonly isModelGiven?: boolean;
  readonly engineApi: Config["engine"]["api"];
  /** How often each hop is asked: the first time may be slow for reasons that are over then. */
  readonly passes: number;
  /** Ends the trace; what was made is deleted all the same. */
  readonly signal: AbortSignal;
  /** Which processes of the stack's services have ended since the trace began, in sentences; left out where nobody keeps them. */
  readonly deathsMeanwhile?: () => Promise<readonly string[]>;
  /** Told what is being done. */
  readonly onProgress?: (words: string) => void;
}

/** A reply that is long enough to see its pace, and the same each time as far as a model can be held to that. */
export const REPLY_OPTIONS: EngineOptions = { num_predict: 24, temperature: 0, seed: 1 };

/** A model may take minutes to load from a slow disk; nothing else of the first answer may. In milliseconds. */
export const LOAD_WITHIN_MS = 300_000;
