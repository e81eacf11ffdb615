import { withoutTerminalCodes } from "../../text/terminal-codes.ts";
import { createLineSplitter, type SplitLine } from "./line-splitter.ts";
import { type LineTime, LineTimes } from "./line-times.ts";
import { type Cursor, openCursor } from "./log-cursor.ts";
import type { LogFiles } from "./log-files.ts";
import { startOfLog, startOfTail } from "./log-position.ts";

/** One line of a service's log. */
export interface LogLine extends LineTime {
  readonly service: string;
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
  const times = new LineTimes(files, cursor);
  const timed = (lines: readonly SplitLine[], length: number): LogLine[] => {
    const texts = lines.map(({ text }) => withoutTerminalCodes(text));
    const ends = lines.map(({ end }) => length - end);
    return times
      .of(texts, ends)
      .map((when, index) => ({
        service,
        ...when,
        text: texts[index] ?? "",
        written: lines[index]?.text ?? "",
      }))
      .filter(isSelected);
  };
  return {
    read() {
      for (;;) {
        const bytes = cursor.read();
        if (bytes === undefined) {
          times.areSeenNow = true;
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
