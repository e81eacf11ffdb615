import { withoutTerminalCodes } from "../../text/terminal-codes.ts";
import { createLineSplitter, type SplitLine } from "./line-splitter.ts";
import { type Cursor, openCursor } from "./log-cursor.ts";
import type { LogFiles } from "./log-files.ts";
import { startOfLog, startOfTail } from "./log-position.ts";
import { type FileTimeIndex, readLogTimeIndex, type TimeNote } from "./log-time-index.ts";
import { timestampOf } from "./timestamp-in-line.ts";

/** One line of a service's log. */
export interface LogLine {
  readonly service: string;
  /**
   * In milliseconds since 1970: its own, else when it was seen being written; of lines that were written together with
   * one before them that tells its time (as in a traceback), that one's. Null where nobody knows.
   */
  readonly time: number | null;
  /** Where it belongs among the lines of others: its time, or the latest that it can have been written. */
  readonly order: number;
  /** What it says: without its line break, colours and other codes of a terminal, at most 64 KiB; may hold anything else. */
  readonly text: string;
  /** The same with these codes. */
  readonly written: string;
}

/** Which of a log's lines are read. */
export interface LogSelection {
  /** At most this many, the last ones; without it all. */
  readonly tail?: number | undefined;
  /** Only those of this time and later, in milliseconds since 1970. Of lines whose time nobody knows, what is in files written to since. */
  readonly since?: number | undefined;
  /** Only those in which this is found; `tail` then counts these. */
  readonly grep?: Pick<RegExp, "test"> | undefined;
}

/** Reads the lines of one service. */
export interface LogReader {
  /** The next lines, oldest first; empty where there are none now. */
  read(): readonly LogLine[];
  /** The line that has no end yet, if any. */
  end(): readonly LogLine[];
  close(): void;
}

/**
 * Opens a service's log for reading, over its rotated files and whatever becomes of them meanwhile; also one that is
 * not there yet.
 */
export async function openLogReader(
  service: string,
  files: LogFiles,
  { tail, since, grep }: LogSelection,
): Promise<LogReader> {
  // Which lines are the last that match is only known after a look at all of them.
  const isPlainTail = tail !== undefined && since === undefined && grep === undefined;
  const position = isPlainTail ? await startOfTail(files, tail) : startOfLog(files, since);
  const cursor = openCursor(files, position);
  const isSelected = ({ order, text }: LogLine): boolean =>
    (since === undefined || order >= since) && (grep === undefined || grep.test(text));
  const reader = timedReader(service, files, cursor, isSelected);
  return isPlainTail || tail === undefined ? reader : lastOnes(reader, tail);
}

function timedReader(
  service: string,
  files: LogFiles,
  cursor: Cursor,
  isSelected: (line: LogLine) => boolean,
): LogReader {
  const splitter = createLineSplitter();
  const noted = notedTimes(files, cursor);
  /** The line before that told its time. */
  let told: { time: number; note: TimeNote | undefined } | undefined;
  let isCaughtUp = false;
  const timed = (lines: readonly SplitLine[], length: number): LogLine[] => {
    // One for all of these: they are seen now.
    const now = isCaughtUp ? { time: Date.now(), offset: Number.NaN } : undefined;
    const latest = now?.time ?? cursor.writtenBefore();
    const texts = lines.map(({ text }) => withoutTerminalCodes(text));
    const times = texts.map(timestampOf);
    // A traceback that a tail has cut off belongs to what comes after it.
    const first = times.find((time) => time !== undefined);
    const made = lines.map(({ text: written, end }, index): LogLine => {
      const text = texts[index] ?? written;
      const note = now ?? noted(length - end);
      const own = times[index];
      if (own !== undefined) told = { time: own, note };
      const isTogether = told !== undefined && (note === undefined || note === told.note);
      const time = isTogether ? told?.time : (note?.time ?? first);
      return { service, time: time ?? null, order: orderOf(time, note) ?? latest, text, written };
    });
    return made.filter(isSelected);
  };
  return {
    read() {
      for (;;) {
        const bytes = cursor.read();
        if (bytes === undefined) {
          isCaughtUp = true;
          return [];
        }
        const lines = timed(splitter.push(bytes), bytes.length);
        if (lines.length > 0) return lines;
      }
    },
    end: () =>
      timed(
        splitter.end().map((text) => ({ text, end: 0 })),
        0,
      ),
    close: () => cursor.close(),
  };
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

/** The same reader, of whose first lines only the last ones are given. */
function lastOnes(reader: LogReader, tail: number): LogReader {
  let isFirst = true;
  return {
    ...reader,
    read() {
      if (!isFirst) return reader.read();
      isFirst = false;
      let kept: LogLine[] = [];
      for (let lines = reader.read(); lines.length > 0; lines = reader.read()) {
        kept = kept.concat(lines);
        // Not at each turn: that would copy all of them again and again.
        if (kept.length > 2 * tail) kept = lastOf(kept, tail);
      }
      return lastOf(kept, tail);
    },
  };
}

function lastOf(lines: LogLine[], count: number): LogLine[] {
  return count === 0 ? [] : lines.slice(-count);
}
