import type { FinishReason, Timings } from "../../contract/event-schemas.ts";
import { messageOf, WireError } from "../../errors.ts";
import type { ReplyLimit } from "../stream/reply-limit.ts";
import { createWholeCharacters } from "./whole-characters.ts";

/** A piece of the reply, a piece of what the model thinks, or the end with the engine's own counts. */
export type EnginePiece = { readonly text: string } | { readonly thought: string } | FinalPiece;

export interface FinalPiece {
  readonly finishReason: Extract<FinishReason, "stop" | "length">;
  /** Null where the engine did not count. */
  readonly promptTokens: number | null;
  /** With the thoughts; null where the engine did not count. */
  readonly completionTokens: number | null;
  /** Those of the completion that were thoughts; left out where the engine does not tell. */
  readonly thinkingTokens?: number;
  /** Null where the engine tells none. */
  readonly timings: Timings | null;
  /** What the model did beside, or instead of, saying something. */
  readonly why?: "tool_calls" | "content_filter";
}

/** Turns the bytes of one reply's stream, cut anywhere, into pieces. */
export interface ReplyDecoder {
  /**
   * Throws a WireError where the engine says that it failed, did something else than reply, or sent more than the
   * limit; SyntaxError at what is not its wire.
   */
  push(bytes: Uint8Array): void;
  /** Throws a WireError where the last word never came: streams of engines can end so, and it is a failure. */
  end(): void;
  /** The pieces that are new since the last call; also those from before an error. */
  take(): readonly EnginePiece[];
}

/** Longest words of an engine that a reader is told, in characters. */
export const LONGEST_ERROR = 2_000;

/** Gathers what a decoder reads, within the limit of a reply and as whole characters. */
export class PieceGatherer {
  readonly #limit: ReplyLimit;
  readonly #text = createWholeCharacters();
  readonly #thought = createWholeCharacters();
  #pieces: EnginePiece[] = [];

  constructor(limit: ReplyLimit) {
    this.#limit = limit;
  }

  /** One line or event. Nothing is free: one that says nothing counts too, so that they may not come for ever. */
  add({ thought, text }: { readonly thought: string; readonly text: string }): void {
    if (thought === "" && text === "") this.#limit.count(1);
    this.#addThought(this.#thought.push(this.#limit.fit(thought)));
    if (text !== "") this.#addThought(this.#thought.end());
    this.#addText(this.#text.push(this.#limit.fit(text)));
    this.#limit.check();
  }

  /** Characters that say nothing. Throws `reply_too_long` where they are over the limit. */
  countSilence(chars: number): void {
    this.#limit.count(chars);
    this.#limit.check();
  }

  /** The end of the reply. */
  finish(final: FinalPiece): void {
    this.#addThought(this.#thought.end());
    this.#addText(this.#text.end());
    this.#pieces.push(final);
  }

  take(): readonly EnginePiece[] {
    const taken = this.#pieces;
    this.#pieces = [];
    return taken;
  }

  #addThought(thought: string): void {
    if (thought !== "") this.#pieces.push({ thought });
  }

  #addText(text: string): void {
    if (text !== "") this.#pieces.push({ text });
  }
}

/** So much of a reply is looked at before the rest of what came with it, in bytes: a reader waits for its first piece. */
const FIRST_LOOK_BYTES = 4 * 1024;

/** The bytes of a body as they arrive, the first of them in two parts. */
async function* firstLookFirst(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let isFirst = true;
  for await (const bytes of body) {
    if (!isFirst || bytes.length <= FIRST_LOOK_BYTES) yield bytes;
    else {
      yield bytes.subarray(0, FIRST_LOOK_BYTES);
      yield bytes.subarray(FIRST_LOOK_BYTES);
    }
    isFirst = false;
  }
}

/** The pieces of a reply's body, as they arrive; `wire` names what it should be in the message where it is not. */
export async function* readEngineStream(
  body: AsyncIterable<Uint8Array>,
  decoder: ReplyDecoder,
  wire: string,
): AsyncIterable<readonly EnginePiece[]> {
  try {
    for await (const bytes of firstLookFirst(body)) {
      decoder.push(bytes);
      yield decoder.take();
    }
    decoder.end();
  } catch (error) {
    // A failure costs nothing of what came before it.
    yield decoder.take();
    if (error instanceof WireError || isAbort(error)) throw error;
    const isForeign = error instanceof SyntaxError || error instanceof RangeError;
    const fault = isForeign ? `is not ${wire}` : "was cut off";
    throw new WireError("engine_error", `The engine's reply ${fault}: ${messageOf(error)}.`, undefined, {
      cause: error,
    });
  }
  yield decoder.take();
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
