import { closeSync, writeSync } from "node:fs";
import { readOwn } from "../../files/private-files.ts";
import { openLog } from "../state-folder.ts";
import { type LogCut, NO_CUT } from "./log-cut.ts";

/**
 * When which part of a log was written, for programs whose lines tell no time. Noted by the supervisor in
 * `NAME.log.times`, one note a line, oldest first:
 *
 *     1795269557123 4096     at this time (milliseconds since 1970) the log had this many bytes
 *     ? 8192                 nobody watched how it got to this many bytes
 *     aside 1234567 0 0      what was noted so far is about the file with this inode, which was rotated away (and
 *                            where the log was cut for that, if it was: see `log-cut.ts`)
 *
 * A note that is torn, missing or too many costs times, and nothing else.
 */
export interface LogTimeIndex {
  /** The notes on the file that is written to now. */
  readonly current: FileTimeIndex;
  /** The notes on a rotated file. */
  ofRotated(inode: number): FileTimeIndex | undefined;
}

/** The notes on one file of a log. */
export interface FileTimeIndex {
  /** The place in this file of what was at an offset of the log before the rotation. */
  placeOf(logOffset: number): number;
  /**
   * The first note that holds what ends at this offset of the file; undefined where nobody saw it being written.
   *
   * @param writtenAt looks when the file was written to last, in milliseconds since 1970
   */
  at(offset: number, writtenAt: () => number): TimeNote | undefined;
}

/**
 * So far apart a last note and the end of a log may be for what lies in between to count as seen: what a service writes
 * while its supervisor is ended or replaced. In milliseconds.
 */
const SHORT_GAP_MS = 10_000;

/** The time of what was written after a note and until a time; undefined where too much lies in between. */
export function timeInGap(last: TimeNote | undefined, time: number): number | undefined {
  return last?.time !== undefined && time - last.time <= SHORT_GAP_MS ? time : undefined;
}

/** How long the log was at this time. */
export interface TimeNote {
  /** In milliseconds since 1970; undefined where nobody watched. */
  readonly time: number | undefined;
  /** In bytes. */
  readonly offset: number;
}

/** The notes of a file between two rotations. */
export interface NotedFile {
  /** Undefined for the file that is written to now. */
  readonly inode: number | undefined;
  readonly cut: LogCut;
  readonly notes: readonly TimeNote[];
}

/** The notes on a log; none where there are none. */
export function readLogTimeIndex(path: string | undefined): LogTimeIndex {
  const files = readNotedFiles(path);
  const current = files.find(({ inode }) => inode === undefined);
  return {
    current: fileTimes(current ?? { inode: undefined, cut: NO_CUT, notes: [] }),
    ofRotated(inode) {
      // The newest: an inode may have been another file's before.
      const file = files.findLast((one) => one.inode === inode);
      return file && fileTimes(file);
    },
  };
}

const NOTE = /^(?<time>\?|\d+) (?<length>\d+)$/;
const ASIDE = /^aside (?<inode>\d+) (?<from>\d+) (?<notice>\d+)$/;

/** The notes by file, oldest first. */
export function readNotedFiles(path: string | undefined): NotedFile[] {
  const files: NotedFile[] = [];
  let notes: TimeNote[] = [];
  for (const line of textOf(path).split("\n").slice(0, -1)) {
    const { inode, from, notice } = ASIDE.exec(line)?.groups ?? {};
    if (inode !== undefined) {
      files.push({ inode: Number(inode), cut: { from: Number(from), notice: Number(notice) }, notes });
      notes = [];
      continue;
    }
    const { time, length } = NOTE.exec(line)?.groups ?? {};
    if (length === undefined) continue;
    const offset = Number(length);
    // The log was emptied, and nobody has written that down: what was noted before is about nothing any more.
    if (offset < (notes.at(-1)?.offset ?? 0)) notes = [];
    notes.push({ time: time === "?" ? undefined : Number(time), offset });
  }
  return [...files, { inode: undefined, cut: NO_CUT, notes }];
}

/** The line of a note. */
export function noteText({ time, offset }: TimeNote): string {
  return `${time === undefined ? "?" : Math.round(time)} ${offset}\n`;
}

/** The line after the notes on a file that was rotated away. */
export function asideText(inode: number, { from, notice }: LogCut): string {
  return `aside ${inode} ${from} ${notice}\n`;
}

/**
 * Adds to the notes on a log.
 *
 * @returns the size of the notes before, in bytes
 * @throws UserError `state_unwritable`, also for a symlink
 */
export function appendNote(path: string, text: string): number {
  const { fd, size } = openLog(path);
  try {
    writeSync(fd, text);
    return size;
  } finally {
    closeSync(fd);
  }
}

function fileTimes({ cut: { from, notice }, notes }: NotedFile): FileTimeIndex {
  const last = notes.at(-1);
  let end: TimeNote | undefined;
  return {
    placeOf: (logOffset) => (logOffset < from ? 0 : logOffset - from + notice),
    at(offset, writtenAt) {
      const index = firstFrom(notes, from + Math.max(0, offset - notice));
      if (index === notes.length)
        end ??= { time: timeInGap(last, writtenAt()), offset: Number.POSITIVE_INFINITY };
      const note = notes[index] ?? end;
      return note?.time === undefined ? undefined : note;
    },
  };
}

/** Index of the first note with this offset or a larger one: they are in order. */
function firstFrom(notes: readonly TimeNote[], offset: number): number {
  let [low, high] = [0, notes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((notes[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function textOf(path: string | undefined): string {
  try {
    return path === undefined ? "" : readOwn(path);
  } catch {
    return "";
  }
}
