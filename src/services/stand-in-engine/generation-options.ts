import { closestName, orMeant } from "../../config/closest-name.ts";
import { LONGEST_TIMER_MS } from "./abortable-waits.ts";
import { EngineError } from "./engine-errors.ts";
import { type InjectedFailures, readInjectedFailures } from "./injected-failures.ts";

/** What a generation is told beside its prompt, with the process's own settings where it is told nothing. */
export interface GenerationOptions {
  /** `num_predict`: most tokens of thoughts and reply; undefined where it is for the engine to say. */
  readonly numPredict: number | undefined;
  /** `num_ctx`: the context to load the model with, in tokens; undefined for the default. */
  readonly numCtx: number | undefined;
  /** `stand_in_token_ms`: pace, in milliseconds a token; 0 is as fast as it can. */
  readonly tokenDelayMs: number;
  /** `stand_in_tokens`: length of the reply, in tokens; undefined is as long as the script says. */
  readonly replyTokens: number | undefined;
  /** `stand_in_load_ms`: how long this request alone waits before its first token, in milliseconds. */
  readonly loadMs: number;
  /** `stand_in_reply`: the exact text of the reply; undefined to follow the script. */
  readonly reply: string | undefined;
  /** `stand_in_repeat`: it says its text again and again, until `num_predict` or the engine's own limit. */
  readonly repeats: boolean;
  /** `stand_in_thought`: what a thinking model thinks, exactly; undefined to follow the script. */
  readonly thought: string | undefined;
  /** `stand_in_thought_tokens`: length of its thoughts, in tokens; undefined is as long as they are. */
  readonly thoughtTokens: number | undefined;
  readonly directions: InjectedFailures;
}

/** A reply can be made this long, in tokens, and no longer. */
const MOST_TOKENS = 1_000_000;

/**
 * Reads a request's `options`. Names that nobody knows are ignored, as in Ollama, unless they begin as ours do; a value
 * of another type is its error 500 (api/types.go, Options.FromMap). Throws EngineError.
 */
export function readOptions(
  given: Readonly<Record<string, unknown>>,
  defaults: { tokenDelayMs: number; replyTokens: number | undefined },
): GenerationOptions {
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith(OURS)) requireKnownOption(name);
    requireType(name, value);
  }
  return {
    numPredict: numPredictOf(integer(given["num_predict"])),
    numCtx: integer(given["num_ctx"]),
    tokenDelayMs: delay(given["stand_in_token_ms"]) ?? defaults.tokenDelayMs,
    replyTokens: length(integer(given["stand_in_tokens"]) ?? defaults.replyTokens),
    loadMs: delay(given["stand_in_load_ms"]) ?? 0,
    reply: text(given["stand_in_reply"]),
    repeats: given["stand_in_repeat"] === true,
    thought: text(given["stand_in_thought"]),
    thoughtTokens: length(integer(given["stand_in_thought_tokens"])),
    directions: readInjectedFailures(given),
  };
}

type OptionType = "integer" | "float32" | "boolean" | "string" | "array";

const TYPES = new Map<string, OptionType>([
  ["num_keep", "integer"],
  ["seed", "integer"],
  ["num_predict", "integer"],
  ["top_k", "integer"],
  ["top_p", "float32"],
  ["min_p", "float32"],
  ["typical_p", "float32"],
  ["repeat_last_n", "integer"],
  ["temperature", "float32"],
  ["repeat_penalty", "float32"],
  ["presence_penalty", "float32"],
  ["frequency_penalty", "float32"],
  ["stop", "array"],
  ["num_ctx", "integer"],
  ["num_batch", "integer"],
  ["num_gpu", "integer"],
  ["main_gpu", "integer"],
  ["use_mmap", "boolean"],
  ["num_thread", "integer"],
  ["draft_num_predict", "integer"],
  // Ours; Ollama ignores them.
  ["stand_in_token_ms", "float32"],
  ["stand_in_tokens", "integer"],
  ["stand_in_load_ms", "float32"],
  ["stand_in_reply", "string"],
  ["stand_in_repeat", "boolean"],
  ["stand_in_thought", "string"],
  ["stand_in_thought_tokens", "integer"],
  ["stand_in_status", "integer"],
  ["stand_in_retry_after", "integer"],
  ["stand_in_pause_after", "integer"],
  ["stand_in_pause_ms", "float32"],
  ["stand_in_fail_after", "integer"],
  ["stand_in_fail", "string"],
  ["stand_in_split_bytes", "integer"],
]);

/** What the names of our own options begin with. */
const OURS = "stand_in_";

/** Throws EngineError 400 where neither Ollama nor the stand-in has an option of this name: it would do nothing. */
export function requireKnownOption(name: string): void {
  if (TYPES.has(name)) return;
  const meant = closestName(name, [...TYPES.keys()]) ?? ourNameLike(name);
  throw new EngineError(400, `the stand-in knows no option "${name}"${orMeant(meant)}`);
}

/** The one of ours that this is without its beginning: `stand_in_status` for `status`. */
function ourNameLike(name: string): string | undefined {
  const ours = [...TYPES.keys()].filter((each) => each.startsWith(OURS));
  const meant = closestName(
    name,
    ours.map((each) => each.slice(OURS.length)),
  );
  return meant === undefined ? undefined : `${OURS}${meant}`;
}

function requireType(name: string, value: unknown): void {
  const type = TYPES.get(name);
  if (type === undefined || value === null) return;
  if (!isOfType(value, type)) throw new EngineError(500, `option "${name}" must be of type ${type}`);
  if (Array.isArray(value) && !value.every((item) => typeof item === "string")) {
    throw new EngineError(500, `option "${name}" must be of an array of strings`);
  }
}

function isOfType(value: unknown, type: OptionType): boolean {
  if (type === "array") return Array.isArray(value);
  // A fraction passes as an integer: Ollama cuts it off.
  return typeof value === (type === "integer" || type === "float32" ? "number" : type);
}

/** 0 is no limit at all, and less is the engine's own limit (llm/server.go). */
function numPredictOf(given = -1): number | undefined {
  if (given === 0) return Number.POSITIVE_INFINITY;
  return given > 0 ? given : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.toWellFormed() : undefined;
}

function integer(value: unknown): number | undefined {
  return typeof value === "number" ? Math.trunc(value) : undefined;
}

function delay(value: unknown): number | undefined {
  return typeof value === "number" ? Math.min(Math.max(value, 0), LONGEST_TIMER_MS) : undefined;
}

function length(tokens: number | undefined): number | undefined {
  return tokens === undefined ? undefined : Math.min(Math.max(tokens, 0), MOST_TOKENS);
}
