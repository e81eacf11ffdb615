import { NOWHERE, nextPlace, STEP, type StreamPlace } from "../../contract/event-id.ts";
import type { StreamEvent } from "../../contract/event-schemas.ts";
import { encodeEvent } from "../../contract/sse.ts";
import { ChangeSignal } from "./change-signal.ts";
import { EventSegment, firstAfter, type LogSegment, TextSegment } from "./event-log-segment.ts";

/** How far the writer may be ahead of the reader that is furthest, in characters of the reply. */
const LAG_LIMIT = 256 * 1024;

/** About the most that one read hands out, in characters, so that a slow reader's socket buffer stays small. */
export const READ_LIMIT = 64 * 1024;

/**
 * What a log takes beside its text, in bytes: the generation that wrote it, its events, its timers. About 4 KiB were
 * measured; four times that are counted, because a heap that was full once stays larger than what is in it.
 */
const OWN_BYTES = 16 * 1024;

/**
 * The events of one generation, kept so that readers may come, leave, and come back.
 *
 * Writers append; every reader has its own place, and is given the events after it, encoded as it takes them. The
 * fastest reader sets the pace, so that a slow engine reader slows the engine and one slow tab does not slow the
 * others.
 */
export class EventLog {
  /** The assistant message that this generation writes; part of every event id. */
  readonly messageId: string;
  readonly #segments: LogSegment[] = [];
  readonly #readers = new Set<EventReader>();
  #place: StreamPlace = NOWHERE;
  /** Characters that had been written when the last reader left. */
  #leftAt = 0;
  #ended = false;
  #areReadersDismissed = false;
  #waitingWriter: (() => void) | undefined;
  #onReaders: ((count: number) => void) | undefined;

  constructor(messageId: string) {
    this.messageId = messageId;
  }

  /** True once `done` was appended; nothing can follow it. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The place of the last event. See `contract/event-id.ts`. */
  get place(): StreamPlace {
    return this.#place;
  }

  /** What it holds in memory, in bytes, about; counted anew at each call. */
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, OWN_BYTES);
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /** Tells how many read it: now, and whenever one comes or leaves. There is one listener, the last. */
  watchReaders(listener: (count: number) => void): void {
    this.#onReaders = listener;
    listener(this.readerCount);
  }

  /** Ends its readers' streams without a `done`, so that they reconnect and find who goes on with it. */
  dismissReaders(): void {
    this.#areReadersDismissed = true;
    for (const reader of this.#readers) reader.wake();
  }

  append(...events: StreamEvent[]): void {
    for (const event of events) {
      if (this.#ended) throw new Error(`An event of type ${event.type} came after done.`);
      this.#add(event);
      this.#ended = event.type === "done";
    }
    if (events.length === 0) return;
    for (const reader of this.#readers) reader.wake();
  }

  /**
   * Resolves when the reader that is furthest has caught up enough. Where nobody reads, only as much is written as
   * a reader may be behind, until one comes.
   */
  async room(): Promise<void> {
    if (!this.#isCrowded()) return;
    await new Promise<void>((resolve) => {
      this.#waitingWriter = resolve;
    });
  }

  /**
   * Opens a reader positioned after `seen`, even if the log has not reached that position yet; at the beginning by default.
   * One that has seen another ending than this one, because a crash let us save less than was sent, is given this ending
   * too, so that it does not reconnect for ever.
   */
  read(seen: StreamPlace = NOWHERE): EventReader {
    const place = this.#hasSentAt(seen) ? seen : { ...seen, step: Math.min(seen.step, STEP.ending - 1) };
    const reader = new EventReader(place, {
      encodeAfter: (at) => this.#encodeAfter(at),
      isAtEnd: (at) =>
        this.#areReadersDismissed || (this.#ended && at.step >= STEP.done && !this.#hasMore(at)),
      moved: () => this.#releaseWriter(),
      left: (self) => this.#remove(self),
    });
    this.#readers.add(reader);
    this.#onReaders?.(this.readerCount);
    return reader;
  }

  /** Lets a waiting writer go on although nobody reads: its generation is being ended. */
  release(): void {
    this.#waitingWriter?.();
    this.#waitingWriter = undefined;
  }

  #add(event: StreamEvent): void {
    const before = this.#place;
    this.#place = nextPlace(before, event);
    const last = this.#segments.at(-1);
    if (event.type !== "token" && event.type !== "thinking") {
      if (last instanceof TextSegment) last.pack();
      this.#segments.push(new EventSegment(event, this.#place));
      return;
    }
    if (last instanceof TextSegment) {
      if (last.kind === event.type && last.add(event.content)) return;
      last.pack();
    }
    const text = new TextSegment(event.type, before);
    text.add(event.content);
    this.#segments.push(text);
  }

  /** The events that a reader lacks, encoded, up to a limit; and the place that they lead to. */
  #encodeAfter(seen: StreamPlace): { text: string; place: StreamPlace } {
    const { messageId } = this;
    let index = this.#firstLacking(seen);
    let text = "";
    let place = seen;
    while (text.length < READ_LIMIT) {
      const segment = this.#segments[index];
      if (segment === undefined) break;
      const next = segment.eventAfter(place);
      if (next === undefined) {
        // All of it was seen, or has been handed out now.
        index += 1;
        continue;
      }
      place = next.place;
      text += encodeEvent({ messageId, place }, next.event);
    }
    return { text, place };
  }

  /** The index of the first segment of which something may be unread; everything before it has been read. */
  #firstLacking(seen: StreamPlace): number {
    return firstAfter(this.#segments.length, (at) => isBeyond(this.#segments[at]?.end ?? seen, seen));
  }

  /** Whether a place in an ending is one in this log's ending, as far as can be told: it follows the same text. */
  #hasSentAt({ step, thinking, text }: StreamPlace): boolean {
    const sent = this.#place;
    return step < STEP.ending || (step <= sent.step && thinking === sent.thinking && text === sent.text);
  }

  #hasMore(seen: StreamPlace): boolean {
    return isBeyond(this.#place, seen);
  }

  #remove(reader: EventReader): void {
    if (!this.#readers.delete(reader)) return;
    if (this.#readers.size === 0) this.#leftAt = charsOf(this.#place);
    this.#releaseWriter();
    this.#onReaders?.(this.readerCount);
  }

  #isCrowded(): boolean {
    const places = [...this.#readers].map((reader) => charsOf(reader.place));
    const furthest = places.length === 0 ? this.#leftAt : Math.max(...places);
    return charsOf(this.#place) - furthest > LAG_LIMIT;
  }

  #releaseWriter(): void {
    if (this.#waitingWriter !== undefined && !this.#isCrowded()) this.release();
  }
}

interface ReaderSource {
  encodeAfter(place: StreamPlace): { readonly text: string; readonly place: StreamPlace };
  /** True where the log has ended, and whoever is there lacks nothing. */
  isAtEnd(place: StreamPlace): boolean;
  moved(): void;
  left(reader: EventReader): void;
}

/** One reader's place in an {@link EventLog}. */
export class EventReader {
  readonly #source: ReaderSource;
  readonly #change = new ChangeSignal();
  /** What was handed out, or what the reader has seen elsewhere, goes up to here. */
  #place: StreamPlace;

  constructor(seen: StreamPlace, source: ReaderSource) {
    this.#place = seen;
    this.#source = source;
  }

  /** How far this reader is, by what it has taken here and has seen elsewhere. */
  get place(): StreamPlace {
    return this.#place;
  }

  /** The encoded events that follow, up to about 64 Ki characters; empty where there are none yet. */
  take(): string {
    const { text, place } = this.#source.encodeAfter(this.#place);
    this.#place = place;
    this.#source.moved();
    return text;
  }

  /** True when everything was taken and nothing will follow. */
  get finished(): boolean {
    return this.#source.isAtEnd(this.#place);
  }

  /** Resolves at the next append, or when {@link wake} is called. */
  async changed(): Promise<void> {
    await this.#change.wait();
  }

  wake(): void {
    this.#change.wake();
  }

  /** Gives the place up; the writer no longer waits for this reader. */
  leave(): void {
    this.#source.left(this);
    this.wake();
  }
}

/** Whether something stands at `end`, or before it, that a reader has not seen. */
function isBeyond(end: StreamPlace, seen: StreamPlace): boolean {
  return end.step > seen.step || end.thinking > seen.thinking || end.text > seen.text;
}

function charsOf({ thinking, text }: StreamPlace): number {
  return thinking + text;
}
