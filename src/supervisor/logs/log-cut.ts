import { fstatSync, ftruncateSync, readSync, writeSync } from "node:fs";
import { copyBlockAt, type LogCopy } from "./log-copy.ts";

/** How far it is looked for the beginning of a line, in bytes. */
const LOOK_BYTES = 64 * 1024;

/** Where a log was cut that had outgrown all that is kept of it. */
export interface LogCut {
  /** Offset in the log of the first byte that is kept: this many bytes are dropped. */
  readonly from: number;
  /** Length of the notice that stands before it in the copy, in bytes. */
  readonly notice: number;
}

/** Of a log that is put aside whole. */
export const NO_CUT: LogCut = { from: 0, notice: 0 };

/**
 * Makes the copy one of the newest part of the log, under a notice that says how much is dropped.
 *
 * @param mostBytes how much is kept
 * @param announce told before anything of the copy is there, for whoever has to clear up; see `settle`
 */
export function copyNewestPart(copy: LogCopy, mostBytes: number, announce: (cut: LogCut) => void): void {
  // Empty first: what a killed cut leaves is either nothing or a part of what is announced.
  ftruncateSync(copy.to, 0);
  const { size } = fstatSync(copy.from);
  const from = lineStart(copy.from, Math.max(0, size - mostBytes));
  const notice = Buffer.from(noticeOf(from));
  announce({ from, notice: notice.length });
  let target = writeSync(copy.to, notice, 0, notice.length, 0);
  // Not what comes meanwhile: a writer that could not be stopped would go on for ever.
  for (let at = from; at < size; ) {
    const length = copyBlockAt(copy, at, target, size - at);
    if (length === 0) break;
    at += length;
    target += length;
  }
  copy.copied = size;
}

/** On a line of its own, also where the rotated file before this one ends within one. */
function noticeOf(dropped: number): string {
  return `\n[stack] ${dropped} bytes of this log were dropped here: it grew beyond all that is kept of it before it could be put aside.\n`;
}

/** The beginning of the next line; the offset itself where that is far. */
function lineStart(fd: number, offset: number): number {
  if (offset === 0) return 0;
  const block = Buffer.allocUnsafe(LOOK_BYTES);
  const at = block.subarray(0, readSync(fd, block, 0, block.length, offset - 1)).indexOf("\n");
  return at < 0 ? offset : offset + at;
}
