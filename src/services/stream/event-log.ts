import { nextPosition } from "../../contract/event-id.ts";
import type { StreamEvent } from "../../contract/events.ts";
import { encodeEvent } from "../../contract/sse.ts";
import { EventSegment, firstAfter, type LogSegment, TextSegment } from "./log-segment.ts";

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
  #position = -1;
  /** Position of the last event before the ending. */
  #endOfText = -1;
  /** Where it was when the last reader left. */
  #leftAt = -1;
  #ended = false;
  #waitingWriter: (() => void) | undefined;
  #onReaders: ((count: number) => void) | undefined;

  constructor(messageId: string) {
    this.messageId = messageId;
  }

  /** True once `done` was appended; nothing can follow it. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Position of the last event, -1 before the first. See `contract/event-id.ts`. */
  get position(): number {
    return this.#position;
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

  append(...events: StreamEvent[]): void {
    for (const event of events) {
      if (this.#ended) throw new Error(`An event of type ${event.type} came after done.`);
      this.#add(event);
      if (event.type === "token" || isStart(event)) this.#endOfText = this.#position;
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
   * A reader of everything after `position`, also where the log has not got that far yet; of everything,
   * where it is undefined. One that is past the end, because more was sent than a crash let us save, or
   * because it was told the end before, is given the ending, so that it does not come back for ever.
   */
  read(position?: number): EventReader {
    const reader = new EventReader(position, {
      encodeAfter: (place) => this.#encodeAfter(place),
      position: () => this.#position,
      end: () => (this.#ended ? { position: this.#position, endOfText: this.#endOfText } : undefined),
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
    const before = this.#position;
    this.#position = nextPosition(before, event);
    const last = this.#segments.at(-1);
    if (event.type !== "token") {
      if (last instanceof TextSegment) last.pack();
      this.#segments.push(new EventSegment(event, this.#position));
      return;
    }
    if (last instanceof TextSegment && last.add(event.content)) return;
    const text = new TextSegment(before);
    text.add(event.content);
    this.#segments.push(text);
  }

  /** The events after a place, encoded, up to a limit; and the place that they lead to. */
  #encodeAfter(place: number): { text: string; place: number } {
    const { messageId } = this;
    const segments = this.#segments;
    let index = firstAfter(segments.length, (at) => (segments[at]?.lastPosition ?? place) > place);
    let text = "";
    let reached = place;
    while (text.length < READ_LIMIT) {
      const segment = segments[index];
      if (segment === undefined) break;
      const { position, event } = segment.eventAfter(reached);
      text += encodeEvent({ messageId, position }, event);
      reached = position;
      if (position >= segment.lastPosition) index += 1;
    }
    return { text, place: reached };
  }

  #remove(reader: EventReader): void {
    if (!this.#readers.delete(reader)) return;
    if (this.#readers.size === 0) this.#leftAt = this.#position;
    this.#releaseWriter();
    this.#onReaders?.(this.readerCount);
  }

  #isCrowded(): boolean {
    const places = [...this.#readers].map((reader) => reader.place);
    const furthest = places.length === 0 ? this.#leftAt : Math.max(...places);
    return this.#position - furthest > LAG_LIMIT;
  }

  #releaseWriter(): void {
    if (this.#waitingWriter !== undefined && !this.#isCrowded()) this.release();
  }
}

interface ReaderSource {
  encodeAfter(place: number): { readonly text: string; readonly place: number };
  /** Position of the last event. */
  position(): number;
  /** Where the log ended, and where its text did; undefined while it has not. */
  end(): { readonly position: number; readonly endOfText: number } | undefined;
  moved(): void;
  left(reader: EventReader): void;
}

/** One reader's place in an {@link EventLog}. */
export class EventReader {
  readonly #source: ReaderSource;
  /** What was handed out, or what the reader has seen elsewhere, goes up to here. */
  #place: number;
  #hasTaken = false;
  #wake: (() => void) | undefined;

  constructor(seen: number | undefined, source: ReaderSource) {
    this.#place = seen ?? -1;
    this.#source = source;
  }

  /** The position of the last event that this reader has, here or from elsewhere. */
  get place(): number {
    return this.#place;
  }

  /** The encoded events that follow, up to about 64 Ki characters; empty where there are none yet. */
  take(): string {
    this.#returnToEnding();
    const { text, place } = this.#source.encodeAfter(this.#place);
    this.#place = place;
    this.#hasTaken ||= text !== "";
    this.#source.moved();
    return text;
  }

  /** True when everything was taken and nothing will follow. */
  get finished(): boolean {
    return this.#source.end() !== undefined && this.#place === this.#source.position();
  }

  /** Resolves at the next append, or when {@link wake} is called. */
  async changed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Gives the place up; the writer no longer waits for this reader. */
  leave(): void {
    this.#source.left(this);
    this.wake();
  }

  /** A reader that has seen more than there is, or all of it, is given the ending. */
  #returnToEnding(): void {
    const end = this.#source.end();
    if (end === undefined || this.#hasTaken || this.#place < end.position) return;
    this.#place = end.endOfText;
  }
}

function isStart(event: StreamEvent): boolean {
  return event.type === "status_update" && (event.status === "planning" || event.status === "executing");
}
