import { nextPlace, type StreamPlace } from "../../contract/event-id.ts";
import type { StreamEvent } from "../../contract/event-schemas.ts";
import { beginningOf } from "./beginning-of-text.ts";

/** An event, and the place that its reader is at then. */
export interface PlacedEvent {
  readonly place: StreamPlace;
  readonly event: StreamEvent;
}

/** A stretch of a log. */
export interface LogSegment {
  /** The place at its end, for a reader who has all that stands before. */
  readonly end: StreamPlace;
  /** What it holds, in bytes, about. */
  readonly bytes: number;
  /** Its first event that a reader lacks; undefined where the reader has all of it. */
  eventAfter(seen: StreamPlace): PlacedEvent | undefined;
}

/** An event that is not text. A class: thousands are kept, and an object with accessors of its own takes 400 bytes. */
export class EventSegment implements LogSegment {
  readonly end: StreamPlace;
  readonly #event: StreamEvent;

  constructor(event: StreamEvent, end: StreamPlace) {
    this.#event = event;
    this.end = end;
  }

  get bytes(): number {
    return Buffer.byteLength(JSON.stringify(this.#event));
  }

  eventAfter(seen: StreamPlace): PlacedEvent | undefined {
    if (seen.step >= this.end.step) return undefined;
    return { place: { ...seen, step: this.end.step }, event: this.#event };
  }
}

/** Characters after which a segment of text takes no more. */
const FULL = 16 * 1024;

/** Most that one event hands out, in characters, however long the piece was: a slow reader's buffer stays small. */
const LONGEST_EVENT = 32 * 1024;

/** Which text of a reply: what the model thinks, or what it says. */
export type TextKind = "thinking" | "token";

/** Which figure of a place counts a text. */
const COUNTED_BY = { thinking: "thinking", token: "text" } as const;

/**
 * Pieces of one text of a reply that followed each other. An event object and an encoded line for each would take ten times
 * the memory of the text: the text is kept once, with the places where its pieces end.
 */
export class TextSegment implements LogSegment {
  readonly kind: TextKind;
  /** The place of the event before. */
  readonly #start: StreamPlace;
  /** The text, once it is full: one flat string. Until then it is in {@link #pieces}. */
  #text: string | undefined;
  #pieces: string[] = [];
  /** Where each piece ends, counted from the start of the text. */
  #ends: number[] | Uint32Array<ArrayBuffer> = [];
  #length = 0;

  constructor(kind: TextKind, start: StreamPlace) {
    this.kind = kind;
    this.#start = start;
  }

  get end(): StreamPlace {
    const { step, thinking, text } = this.#start;
    return this.kind === "token"
      ? { step, thinking, text: text + this.#length }
      : { step, thinking: thinking + this.#length, text };
  }

  get bytes(): number {
    return Buffer.byteLength(this.#text ?? this.#pieces.join("")) + this.#ends.length * 4;
  }

  /** Adds a piece, which is not empty; false where it takes no more. */
  add(piece: string): boolean {
    const ends = this.#ends;
    if (!Array.isArray(ends)) return false;
    this.#pieces.push(piece);
    this.#length += piece.length;
    ends.push(this.#length);
    if (this.#length >= FULL) this.pack();
    return true;
  }

  /** Takes no more, and takes as little memory as it can. */
  pack(): void {
    if (this.#text !== undefined) return;
    this.#text = this.#pieces.join("");
    this.#ends = Uint32Array.from(this.#ends);
    this.#pieces = [];
  }

  eventAfter(seen: StreamPlace): PlacedEvent | undefined {
    const counted = COUNTED_BY[this.kind];
    const from = Math.max(seen[counted] - this.#start[counted], 0);
    if (from >= this.#length) return undefined;
    const index = firstAfter(this.#ends.length, (at) => (this.#ends[at] ?? 0) > from);
    const before = this.#ends[index - 1] ?? 0;
    const end = this.#ends[index] ?? this.#length;
    const piece = this.#text?.slice(from, end) ?? this.#pieces[index]?.slice(from - before) ?? "";
    // No id of ours lies inside a wide character, but a client may send any.
    const content = beginningOf(piece, LONGEST_EVENT).toWellFormed();
    const event: StreamEvent = { type: this.kind, content };
    return { place: nextPlace(seen, event), event };
  }
}

/** The least index up to `length` that satisfies a condition which, once true, stays true. */
export function firstAfter(length: number, isAfter: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAfter(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
