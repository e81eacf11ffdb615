import { EngineFinal } from "../../contract/engine.ts";
import { createNdjsonDecoder } from "../../contract/ndjson.ts";
import { WireError } from "../../errors.ts";
import { beginningOf } from "../stream/log-segment.ts";
import type { ReplyLimit } from "../stream/reply-limit.ts";
import { createWholeCharacters } from "./whole-characters.ts";

/** A piece of the reply, or its end with the engine's own counts. */
export type EnginePiece = { readonly text: string } | FinalPiece;

export interface FinalPiece {
  readonly finishReason: "stop" | "length";
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Turns the bytes of an `/api/chat` or `/api/generate` stream, cut anywhere, into pieces. */
export interface ReplyDecoder {
  /**
   * Throws a WireError at an error line, where the engine did something else than reply, and where it sent more
   * than the limit; SyntaxError at a line that is not JSON.
   */
  push(bytes: Uint8Array): void;
  /** Throws a WireError where the final object never came: Ollama's streams can end so, and it is a failure. */
  end(): void;
  /** The pieces that are new since the last call; also those from before an error. */
  take(): readonly EnginePiece[];
}

/**
 * One line of the stream, as far as it is read: `message` is `/api/chat`'s, `response` `/api/generate`'s.
 * Their `thinking` is not part of the reply. Not a zod schema: this is looked at once a token.
 */
interface EngineLine {
  readonly message?: { readonly content?: unknown; readonly thinking?: unknown };
  readonly response?: unknown;
  readonly thinking?: unknown;
  readonly done?: unknown;
  readonly error?: unknown;
}

/** Longest words of an engine that a reader is told, in characters. */
export const LONGEST_ERROR = 2_000;

export function createReplyDecoder(limit: ReplyLimit): ReplyDecoder {
  let pieces: EnginePiece[] = [];
  let finished = false;
  const whole = createWholeCharacters();
  const addText = (text: string): void => {
    if (text !== "") pieces.push({ text });
  };
  /** Nothing is free: neither thoughts nor lines that say nothing may go on for ever. */
  const countRest = (chars: number): void => {
    limit.count(chars);
    limit.check();
  };
  const readLine = (value: unknown): void => {
    const line = value as EngineLine | null;
    if (typeof line?.error === "string") {
      const said = beginningOf(line.error, LONGEST_ERROR);
      throw new WireError("engine_error", `The engine failed in mid-reply: ${said}`);
    }
    const text = textIn(line?.message?.content ?? line?.response);
    const thought = textIn(line?.message?.thinking ?? line?.thinking);
    addText(whole.push(limit.fit(text)));
    const isEnd = line?.done === true;
    countRest(text === "" && thought === "" && !isEnd ? 1 : thought.length);
    if (!isEnd) return;
    addText(whole.end());
    pieces.push(finalPiece(line));
    finished = true;
  };
  const lines = createNdjsonDecoder(readLine, { onBlank: countRest });
  return {
    push: (bytes) => lines.push(bytes),
    end() {
      lines.end();
      if (finished) return;
      throw new WireError("engine_error", "The engine's reply stopped without its final object.");
    },
    take() {
      const taken = pieces;
      pieces = [];
      return taken;
    },
  };
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function finalPiece(line: unknown): FinalPiece {
  const final = EngineFinal.safeParse(line);
  const reason = final.data?.done_reason;
  if (reason === "load" || reason === "unload") {
    // An empty reply would look like the model's own; no model was asked.
    const message = `The engine gave no reply: it only ${reason}ed the model.`;
    throw new WireError("engine_error", message, "Send the message again.");
  }
  return {
    finishReason: reason === "length" ? "length" : "stop",
    promptTokens: final.data?.prompt_eval_count ?? 0,
    completionTokens: final.data?.eval_count ?? 0,
  };
}
