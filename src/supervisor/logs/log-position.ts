import { closeSync, existsSync, fstatSync, readSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { openOwn } from "../../files/private-files.ts";
import type { Position } from "./log-cursor.ts";
import { type LogFiles, type RotatedFile, rotatedFiles } from "./log-files.ts";

const BLOCK_BYTES = 64 * 1024;
const LINE_BREAK = 0x0a;

/** How often, and after which pause in milliseconds, it is looked again where a rotation came in between. */
const ATTEMPTS = 40;
const PAUSE_MS = 25;

/** The first file with lines of this time or later, as far as the files' own times tell; without it, the oldest one. */
export function startOfLog({ current }: LogFiles, since = 0): Position {
  const rotated = rotatedFiles(current);
  return { rotated, file: rotated.findLast(({ writtenAt }) => writtenAt >= since), offset: 0 };
}

/** Where the last lines of a log begin, over all its files; found backwards, without reading what is before. */
export async function startOfTail(files: LogFiles, lines: number): Promise<Position> {
  for (let attempt = 1; ; attempt += 1) {
    const rotated = rotatedFiles(files.current);
    const found = findBack(files.current, rotated, lines);
    if (attempt === ATTEMPTS || !wasRotated(files, rotated)) return { rotated, ...found };
    await delay(PAUSE_MS);
  }
}

/** Whether the files are others by now, or lines have left the log that are in no rotated file yet. */
function wasRotated({ current, marker }: LogFiles, rotated: readonly RotatedFile[]): boolean {
  // The marker first: one that goes away meanwhile leaves a rotated file that is seen then.
  const isEmptied = existsSync(marker) && sizeOf(current) === 0;
  const keys = (list: readonly RotatedFile[]): string => list.map(({ key }) => key).join();
  return isEmptied || keys(rotatedFiles(current)) !== keys(rotated);
}

function findBack(
  current: string,
  rotated: readonly RotatedFile[],
  lines: number,
): Pick<Position, "file" | "offset"> {
  if (lines === 0) return { file: undefined, offset: sizeOf(current) };
  const search = { breaks: lines, isAtEnd: true };
  for (const file of [undefined, ...rotated]) {
    const offset = searchBack(file?.path ?? current, search);
    if (offset !== undefined) return { file, offset };
  }
  return { file: rotated.at(-1), offset: 0 };
}

/** The offset behind the line break that is looked for; undefined where the file has too few. */
function searchBack(path: string, search: { breaks: number; isAtEnd: boolean }): number | undefined {
  const fd = open(path);
  if (fd === undefined) return undefined;
  try {
    for (let end = fstatSync(fd).size; end > 0; ) {
      const start = Math.max(0, end - BLOCK_BYTES);
      const block = Buffer.allocUnsafe(end - start);
      const length = readSync(fd, block, 0, block.length, start);
      // The last byte of all ends the last line, and begins none.
      let before = length - (search.isAtEnd ? 1 : 0);
      search.isAtEnd = false;
      while (before > 0) {
        const at = block.lastIndexOf(LINE_BREAK, before - 1);
        if (at < 0) break;
        search.breaks -= 1;
        if (search.breaks === 0) return start + at + 1;
        before = at;
      }
      end = start;
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
}

function sizeOf(path: string): number {
  const fd = open(path);
  if (fd === undefined) return 0;
  try {
    return fstatSync(fd).size;
  } finally {
    closeSync(fd);
  }
}

function open(path: string): number | undefined {
  try {
    return openOwn(path);
  } catch {
    return undefined;
  }
}
