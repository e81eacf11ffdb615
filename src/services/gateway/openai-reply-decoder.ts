import { ownFinishReason, type Timings } from "../../contract/event-schemas.ts";
import { createSseDecoder } from "../../contract/sse-decoder.ts";
import { WireError } from "../../contract/wire-error.ts";
import { beginningOf } from "../stream/beginning-of-text.ts";
import type { ReplyLimit } from "../stream/reply-limit.ts";
import { DeltaGatherer, type FinalDelta, LONGEST_ERROR, type ReplyDecoder } from "./engine-deltas.ts";
import { openAiErrorIn } from "./openai-errors.ts";
import { requireLastWord } from "./truncated-stream.ts";

/**
 * One chunk of the stream, as far as it is read. Its `id` is not: LiteLLM's changes with every chunk. Not a zod
 * schema: this is looked at once a token.
 */
interface Chunk {
  readonly choices?: readonly { readonly delta?: Delta | null; readonly finish_reason?: unknown }[];
  readonly usage?: unknown;
  readonly timings?: unknown;
  readonly error?: unknown;
}

interface Delta {
  readonly content?: unknown;
  /** What the model thinks: llama.cpp, LM Studio, DeepSeek, LiteLLM. */
  readonly reasoning_content?: unknown;
  /** The same: Ollama, vLLM, OpenRouter. */
  readonly reasoning?: unknown;
  readonly tool_calls?: unknown;
}

/** A decoder of the event stream that `POST /v1/chat/completions` sends. */
export function createOpenAiReplyDecoder(limit: ReplyLimit): ReplyDecoder {
  const pieces = new DeltaGatherer(limit);
  let reason: string | undefined;
  let usage: unknown;
  let timings: unknown;
  let hasCalledTool = false;
  let isFinished = false;
  const finish = (): void => {
    if (isFinished) return;
    isFinished = true;
    pieces.finish(finalPiece({ reason, usage, timings, hasCalledTool }));
  };
  const readChunk = (value: unknown): void => {
    const chunk = value as Chunk | null;
    const error = openAiErrorIn(chunk);
    if (error !== undefined) {
      const said = beginningOf(error.message, LONGEST_ERROR);
      throw new WireError("engine_error", `The engine failed in mid-reply: ${said}`);
    }
    const { delta, finish_reason } = chunk?.choices?.[0] ?? {};
    pieces.add({
      thought: textIn(delta?.reasoning_content ?? delta?.reasoning),
      text: textIn(delta?.content),
    });
    hasCalledTool ||= Array.isArray(delta?.tool_calls) && delta.tool_calls.length > 0;
    // Each may come after the others, in chunks of their own: the last word is [DONE], or the end of the stream.
    if (typeof finish_reason === "string") reason = finish_reason;
    usage = chunk?.usage ?? usage;
    timings = chunk?.timings ?? timings;
  };
  const events = createSseDecoder({
    onMessage({ data }) {
      if (isFinished) return;
      if (data.trim() === "[DONE]") finish();
      else readChunk(JSON.parse(data));
    },
    onComment: (comment) => pieces.countSilence(comment.length + 1),
  });
  return {
    push: (bytes) => events.push(bytes),
    end() {
      // Some servers end without [DONE]; what says why it ends has said its last word.
      if (reason !== undefined) finish();
      requireLastWord(isFinished, "before its end");
    },
    take: () => pieces.take(),
  };
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

interface Ending {
  readonly reason: string | undefined;
  readonly usage: unknown;
  readonly timings: unknown;
  readonly hasCalledTool: boolean;
}

function finalPiece({ reason, usage, timings, hasCalledTool }: Ending): FinalDelta {
  const counts = fieldsOf(usage);
  const thinkingTokens = countIn(fieldsOf(counts["completion_tokens_details"])["reasoning_tokens"]);
  const isCall = hasCalledTool || reason === "tool_calls" || reason === "function_call";
  return {
    finishReason: ownFinishReason(reason),
    promptTokens: countIn(counts["prompt_tokens"]),
    completionTokens: countIn(counts["completion_tokens"]),
    ...(thinkingTokens === null ? {} : { thinkingTokens }),
    timings: timingsIn(timings),
    ...(isCall ? { why: "tool_calls" } : reason === "content_filter" ? { why: "content_filter" } : {}),
  };
}

/** llama.cpp's own figures; other servers tell none. */
function timingsIn(value: unknown): Timings | null {
  const timings = fieldsOf(value);
  const prompt_ms = figureIn(timings["prompt_ms"]);
  const reply_ms = figureIn(timings["predicted_ms"]);
  const tokens_per_second = figureIn(timings["predicted_per_second"]);
  if (prompt_ms === null && reply_ms === null) return null;
  return { queue_ms: null, load_ms: null, prompt_ms, reply_ms, tokens_per_second };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function countIn(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
}

function figureIn(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}
