import { EngineFinal } from "../../contract/engine.ts";
import { createNdjsonDecoder } from "../../contract/ndjson.ts";
import { WireError } from "../../errors.ts";
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
   * Throws a WireError at an error line and where the engine did something else than reply, and SyntaxError
   * at a line that is not JSON.
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
  readonly message?: { readonly content?: unknown };
  readonly response?: unknown;
  readonly done?: unknown;
  readonly error?: unknown;
}

export function createReplyDecoder(): ReplyDecoder {
  let pieces: EnginePiece[] = [];
  let finished = false;
  const whole = createWholeCharacters();
  const addText = (text: string): void => {
    if (text !== "") pieces.push({ text });
  };
  const lines = createNdjsonDecoder((value) => {
    const line = value as EngineLine | null;
    if (typeof line?.error === "string") {
      throw new WireError("engine_error", `The engine failed in mid-reply: ${line.error}`);
    }
    const content = line?.message?.content ?? line?.response;
    if (typeof content === "string") addText(whole.push(content));
    if (line?.done !== true) return;
    addText(whole.end());
    pieces.push(finalPiece(line));
    finished = true;
  });
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
