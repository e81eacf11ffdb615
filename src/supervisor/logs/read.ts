import { type Cursor, openCursor } from "./cursor.ts";
import type { LogFiles } from "./files.ts";
import { createLineSplitter } from "./lines.ts";
import { startOfLog, startOfTail } from "./position.ts";
import { timeOf } from "./times.ts";

/** One line of a service's log. */
export interface LogLine {
  readonly service: string;
  /**
   * In milliseconds since 1970: its own, else that of the line before it (as in a traceback), else, where it is seen
   * as it is written, when that was. Null where nobody knows.
   */
  readonly time: number | null;
  /** Where it belongs among the lines of others: its time, or the latest that it can have been written. */
  readonly order: number;
  /** Without its line break, at most 64 KiB; may hold anything else. */
  readonly text: string;
}

/** Which of a log's lines are read. */
export interface LogSelection {
  /** At most so many, the last ones; without it all. */
  readonly tail?: number | undefined;
  /** Only those of this time and later, in milliseconds since 1970. Of lines without a time, what is in files written to since. */
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
  const reader = timedReader(service, cursor, isSelected);
  return isPlainTail || tail === undefined ? reader : lastOnes(reader, tail);
}

function timedReader(service: string, cursor: Cursor, isSelected: (line: LogLine) => boolean): LogReader {
  const splitter = createLineSplitter();
  let last: number | undefined;
  let isCaughtUp = false;
  const timed = (texts: readonly string[], latest: number): LogLine[] => {
    const times = texts.map(timeOf);
    // A traceback that a tail has cut off belongs to what comes after it.
    last ??= times.find((time) => time !== undefined);
    const lines = texts.map((text, index) => {
      last = times[index] ?? last;
      const time = last ?? (isCaughtUp ? latest : null);
      return { service, time, order: time ?? latest, text };
    });
    return lines.filter(isSelected);
  };
  return {
    read() {
      for (;;) {
        const bytes = cursor.read();
        if (bytes === undefined) {
          isCaughtUp = true;
          return [];
        }
        const lines = timed(splitter.push(bytes), isCaughtUp ? Date.now() : cursor.writtenBefore());
        if (lines.length > 0) return lines;
      }
    },
    end: () => timed(splitter.end(), cursor.writtenBefore()),
    close: () => cursor.close(),
  };
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
