import type { FinishReason, Timings } from "../../contract/event-schemas.ts";
import type { ReplyLimit } from "../stream/reply-limit.ts";
import { createSurrogatePairJoiner } from "./surrogate-pair-joiner.ts";

/** A piece of the reply, a piece of what the model thinks, or the end with the engine's own counts. */
export type EngineDelta = { readonly text: string } | { readonly thought: string } | FinalDelta;

export interface FinalDelta {
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
  take(): readonly EngineDelta[];
}

/** Longest words of an engine that a reader is told, in characters. */
export const LONGEST_ERROR = 2_000;

/** Gathers what a decoder reads, within the limit of a reply and as whole characters. */
export class DeltaGatherer {
  readonly #limit: ReplyLimit;
  readonly #text = createSurrogatePairJoiner();
  readonly #thought = createSurrogatePairJoiner();
  #pieces: EngineDelta[] = [];

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
  finish(final: FinalDelta): void {
    this.#addThought(this.#thought.end());
    this.#addText(this.#text.end());
    this.#pieces.push(final);
  }

  take(): readonly EngineDelta[] {
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
