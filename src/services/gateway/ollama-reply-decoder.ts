import { EngineFinal } from "../../contract/engine-schemas.ts";
import { ownFinishReason, type Timings } from "../../contract/event-schemas.ts";
import { createNdjsonDecoder } from "../../contract/ndjson.ts";
import { WireError } from "../../contract/wire-error.ts";
import { beginningOf } from "../stream/beginning-of-text.ts";
import type { ReplyLimit } from "../stream/reply-limit.ts";
import { DeltaGatherer, type FinalDelta, LONGEST_ERROR, type ReplyDecoder } from "./engine-deltas.ts";
import { requireLastWord } from "./truncated-stream.ts";

/**
 * One line of the stream, as far as it is read: `message` is `/api/chat`'s, `response` `/api/generate`'s.
 * Not a zod schema: this is looked at once a token.
 */
interface EngineLine {
  readonly message?: {
    readonly content?: unknown;
    readonly thinking?: unknown;
    readonly tool_calls?: unknown;
  };
  readonly response?: unknown;
  readonly thinking?: unknown;
  readonly done?: unknown;
  readonly error?: unknown;
}

/** A decoder of the NDJSON that `/api/chat` and `/api/generate` send. */
export function createOllamaReplyDecoder(limit: ReplyLimit): ReplyDecoder {
  const pieces = new DeltaGatherer(limit);
  let isFinished = false;
  let hasCalledTool = false;
  const readLine = (value: unknown): void => {
    const line = value as EngineLine | null;
    if (typeof line?.error === "string") {
      const said = beginningOf(line.error, LONGEST_ERROR);
      throw new WireError("engine_error", `The engine failed in mid-reply: ${said}`);
    }
    const text = textIn(line?.message?.content ?? line?.response);
    const thought = textIn(line?.message?.thinking ?? line?.thinking);
    const isEnd = line?.done === true;
    hasCalledTool ||= Array.isArray(line?.message?.tool_calls);
    if (!isEnd || text !== "" || thought !== "") pieces.add({ thought, text });
    if (!isEnd) return;
    pieces.finish({ ...finalPiece(line), ...(hasCalledTool && { why: "tool_calls" }) });
    isFinished = true;
  };
  const lines = createNdjsonDecoder(readLine, { onBlank: (chars) => pieces.countSilence(chars) });
  return {
    push: (bytes) => lines.push(bytes),
    end() {
      lines.end();
      requireLastWord(isFinished, "without its final object");
    },
    take: () => pieces.take(),
  };
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function finalPiece(line: unknown): FinalDelta {
  const final = EngineFinal.safeParse(line).data;
  const reason = final?.done_reason;
  if (reason === "load" || reason === "unload") {
    // An empty reply would look like the model's own; no model was asked.
    const message = `The engine gave no reply: it only ${reason}ed the model.`;
    throw new WireError("engine_error", message, "Send the message again.");
  }
  return {
    finishReason: ownFinishReason(reason),
    // Ollama leaves out what is zero: where it counted at all, the other count is 0.
    promptTokens: final?.prompt_eval_count ?? (final?.eval_count === undefined ? null : 0),
    completionTokens: final?.eval_count ?? (final?.prompt_eval_count === undefined ? null : 0),
    timings: final === undefined ? null : timingsOf(final),
  };
}

const NS_PER_MS = 1e6;

function timingsOf(final: EngineFinal): Timings | null {
  const { total_duration, load_duration, prompt_eval_duration, eval_duration, eval_count } = final;
  if (total_duration === undefined) return null;
  const load = (load_duration ?? 0) / NS_PER_MS;
  const prompt = (prompt_eval_duration ?? 0) / NS_PER_MS;
  const reply = (eval_duration ?? 0) / NS_PER_MS;
  return {
    // Its clock starts when it has taken the request: what is in none of its parts is waiting.
    queue_ms: rounded(Math.max(total_duration / NS_PER_MS - load - prompt - reply, 0)),
    load_ms: rounded(load),
    prompt_ms: rounded(prompt),
    reply_ms: rounded(reply),
    tokens_per_second: reply === 0 ? null : rounded(((eval_count ?? 0) * 1000) / reply),
  };
}

/** To microseconds. */
function rounded(figure: number): number {
  return Math.round(figure * 1000) / 1000;
}
