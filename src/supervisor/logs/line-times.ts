import type { Cursor } from "./log-cursor.ts";
import type { LogFiles } from "./log-files.ts";
import { type FileTimeIndex, readLogTimeIndex, type TimeNote } from "./log-time-index.ts";
import { timestampOf } from "./timestamp-in-line.ts";

/** When a line was written, as far as that is known. */
export interface LineTime {
  /**
   * In milliseconds since 1970: its own, else when it was seen being written; of lines that were written together with
   * one before them that tells its time (as in a traceback), that one's. Null where nobody knows.
   */
  readonly time: number | null;
  /** Where it belongs among the lines of others: its time, or the latest that it can have been written. */
  readonly order: number;
}

/** Tells the times of a log's lines: their own, those that the supervisor noted, or now, where they are seen being written. */
export class LineTimes {
  /** Set once all that was there has been read: what comes now is seen as it is written. */
  areSeenNow = false;
  readonly #cursor: Cursor;
  readonly #noted: (before: number) => TimeNote | undefined;
  /** The line before that told its time. */
  #told: { time: number; note: TimeNote | undefined } | undefined;

  constructor(files: LogFiles, cursor: Cursor) {
    this.#cursor = cursor;
    this.#noted = notedTimes(files, cursor);
  }

  /**
   * The times of lines that were read together, in their order.
   *
   * @param texts without codes of a terminal
   * @param ends how many bytes before the cursor each of them ends
   */
  of(texts: readonly string[], ends: readonly number[]): LineTime[] {
    // One for all of these: they are seen now.
    const now = this.areSeenNow ? { time: Date.now(), offset: Number.NaN } : undefined;
    const latest = now?.time ?? this.#cursor.writtenBefore();
    const times = texts.map(timestampOf);
    // A traceback that a tail has cut off belongs to what comes after it.
    const first = times.find((time) => time !== undefined);
    return times.map((own, index) => {
      const note = now ?? this.#noted(ends[index] ?? 0);
      if (own !== undefined) this.#told = { time: own, note };
      const isTogether = this.#told !== undefined && (note === undefined || note === this.#told.note);
      const time = isTogether ? this.#told?.time : (note?.time ?? first);
      return { time: time ?? null, order: orderOf(time, note) ?? latest };
    });
  }
}

/** The note on what ends this many bytes before the cursor; undefined where there is none. */
function notedTimes({ times }: LogFiles, cursor: Cursor): (before: number) => TimeNote | undefined {
  let file: { rotated: number | undefined; times: FileTimeIndex | undefined } | undefined;
  return (before) => {
    const { rotated, offset } = cursor.place();
    if (file === undefined || file.rotated !== rotated) {
      const noted = readLogTimeIndex(times);
      file = { rotated, times: rotated === undefined ? noted.current : noted.ofRotated(rotated) };
    }
    return file.times?.at(offset - before, cursor.writtenBefore);
  };
}

/** Times of whole seconds are made finer by when the line was seen, so that they do not come before what led to them. */
function orderOf(time: number | undefined, note: TimeNote | undefined): number | undefined {
  if (time === undefined || note?.time === undefined || time % 1000 !== 0) return time;
  return note.time > time && note.time < time + 1000 ? note.time : time;
}
