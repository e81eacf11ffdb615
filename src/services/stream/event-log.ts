import { nextPosition, parseEventId } from "../../contract/event-id.ts";
import { StreamEvent } from "../../contract/events.ts";
import { encodeEvent } from "../../contract/sse.ts";

/** Events that were appended together, encoded: they came from one upstream chunk and leave in one write. */
interface Batch {
  readonly lastPosition: number;
  readonly text: string;
}

/** How far the fastest reader may be behind before the writer is asked to wait, in characters. */
const LAG_LIMIT = 256 * 1024;

/** Most that one read hands out, in characters, so that a slow reader's socket buffer stays small. */
const READ_LIMIT = 64 * 1024;

/**
 * The events of one generation, kept so that readers may come, leave, and come back.
 *
 * Writers append; every reader has its own place. The fastest reader sets the pace, so that a slow
 * engine reader slows the engine and one slow tab does not slow the others.
 */
export class EventLog {
  /** The assistant message that this generation writes; part of every event id. */
  readonly messageId: string;
  readonly #batches: Batch[] = [];
  readonly #readers = new Set<EventReader>();
  #position = -1;
  /** Position of the last event before the ending. */
  #endOfText = -1;
  #written = 0;
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

  get readerCount(): number {
    return this.#readers.size;
  }

  /** Tells how many read it: now, and whenever one comes or leaves. There is one listener, the last. */
  watchReaders(listener: (count: number) => void): void {
    this.#onReaders = listener;
    listener(this.readerCount);
  }

  append(...events: StreamEvent[]): void {
    let text = "";
    for (const event of events) {
      if (this.#ended) throw new Error(`An event of type ${event.type} came after done.`);
      this.#position = nextPosition(this.#position, event);
      if (event.type === "token" || isStart(event)) this.#endOfText = this.#position;
      text += encodeEvent({ messageId: this.messageId, position: this.#position }, event);
      this.#ended = event.type === "done";
    }
    if (text === "") return;
    this.#batches.push({ lastPosition: this.#position, text });
    this.#written += text.length;
    for (const reader of this.#readers) reader.wake();
  }

  /** Resolves when the fastest reader has caught up enough; at once where nobody reads. */
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
      batches: this.#batches,
      written: () => this.#written,
      end: () => (this.#ended ? { position: this.#position, endOfText: this.#endOfText } : undefined),
      moved: () => this.#releaseWriter(),
      left: (self) => {
        if (!this.#readers.delete(self)) return;
        this.#releaseWriter();
        this.#onReaders?.(this.readerCount);
      },
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

  #isCrowded(): boolean {
    if (this.#readers.size === 0) return false;
    return Math.min(...[...this.#readers].map((reader) => reader.lag)) > LAG_LIMIT;
  }

  #releaseWriter(): void {
    if (this.#waitingWriter !== undefined && !this.#isCrowded()) this.release();
  }
}

interface ReaderSource {
  readonly batches: readonly Batch[];
  written(): number;
  /** Where the log ended, and where its text did; undefined while it has not. */
  end(): { readonly position: number; readonly endOfText: number } | undefined;
  moved(): void;
  left(reader: EventReader): void;
}

/** One reader's place in an {@link EventLog}. */
export class EventReader {
  readonly #source: ReaderSource;
  #index = 0;
  #consumed = 0;
  /** What the reader has seen elsewhere goes up to here; undefined once something after it was handed out. */
  #seen: number | undefined;
  #wake: (() => void) | undefined;

  constructor(seen: number | undefined, source: ReaderSource) {
    this.#seen = seen;
    this.#source = source;
  }

  /** Characters written and not yet taken. */
  get lag(): number {
    return this.#source.written() - this.#consumed;
  }

  /** The encoded events that follow, up to about 64 Ki characters; empty where there are none yet. */
  take(): string {
    this.#returnToEnding();
    let text = "";
    while (text.length < READ_LIMIT) {
      const batch = this.#source.batches[this.#index];
      if (batch === undefined) break;
      this.#index += 1;
      this.#consumed += batch.text.length;
      text += this.#unseen(batch);
    }
    this.#source.moved();
    return text;
  }

  /** True when everything was taken and nothing will follow. */
  get finished(): boolean {
    return this.#source.end() !== undefined && this.#index === this.#source.batches.length;
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

  #unseen({ lastPosition, text }: Batch): string {
    const seen = this.#seen;
    if (seen === undefined) return text;
    if (lastPosition <= seen) return "";
    this.#seen = undefined;
    return eventsAfter(text, seen);
  }

  /** A reader that has seen more than there is, or all of it, is given the ending. */
  #returnToEnding(): void {
    const end = this.#source.end();
    if (end === undefined || this.#seen === undefined || this.#seen < end.position) return;
    this.#seen = end.endOfText;
    this.#index = this.#source.batches.findIndex((batch) => batch.lastPosition > end.endOfText);
  }
}

/** The events of an encoded batch that lie after a position, the token that spans it cut to its rest. */
function eventsAfter(batch: string, position: number): string {
  const frames = batch.split("\n\n").filter((frame) => frame !== "");
  return frames.map((frame) => frameAfter(frame, position)).join("");
}

function frameAfter(frame: string, position: number): string {
  const [idLine = "", dataLine = ""] = frame.split("\n");
  const id = parseEventId(idLine.slice("id: ".length));
  if (id === undefined || id.position <= position) return "";
  const event = StreamEvent.parse(JSON.parse(dataLine.slice("data: ".length)));
  if (event.type !== "token") return `${frame}\n\n`;
  const rest = event.content.slice(-(id.position - position));
  // No id of ours lies inside a wide character, but a client may send any.
  return encodeEvent(id, { ...event, content: rest.toWellFormed() });
}

function isStart(event: StreamEvent): boolean {
  return event.type === "status_update" && (event.status === "planning" || event.status === "executing");
}
