import { closeSync, existsSync, fstatSync, readSync, statSync } from "node:fs";
import { openOwn } from "../../files/private-files.ts";
import { type LogFiles, type RotatedFile, rotatedFiles } from "./log-files.ts";
import { readLogTimeIndex } from "./log-time-index.ts";

const BLOCK_BYTES = 64 * 1024;
const MOST_LOOKS = 10;

/** Where to begin in a log. */
export interface Position {
  /** The rotated files at the time of looking, the newest first. */
  readonly rotated: readonly RotatedFile[];
  /** One of them, or the current one. */
  readonly file: RotatedFile | undefined;
  /** In bytes. */
  readonly offset: number;
}

/** Where a cursor is. */
export interface CursorPlace {
  /** Inode of the file, where it is a rotated one. */
  readonly rotated: number | undefined;
  /** What was read ends there, in bytes. */
  readonly offset: number;
}

/** Reads a log from a place to its present end, and what comes after that, once each. */
export interface Cursor {
  /** The next bytes, valid until the next call; undefined where there are none now. */
  read(): Buffer | undefined;
  /** When the bytes that were read last were written at the latest, in milliseconds since 1970. */
  writtenBefore(): number;
  /** Of what was read last. */
  place(): CursorPlace;
  close(): void;
}

/** An open file, and how far it was read. */
interface Place {
  readonly fd: number;
  readonly inode: number;
  offset: number;
}

/**
 * A cursor on a log that may be rotated at any time, be emptied by somebody, be replaced, or not be there yet.
 *
 * What makes it safe: a rotation copies the log byte by byte, so that an offset in the log is one in the rotated file
 * (or differs from it by what is noted, where the log was cut: see `log-cut.ts`); and its writers go on only when the
 * rotated file has its name. So if no rotated file is new after a read from the current one, what was read is no
 * later round's.
 */
export function openCursor({ current, marker, times }: LogFiles, position: Position): Cursor {
  let { rotated, file: old } = position;
  const block = Buffer.alloc(BLOCK_BYTES);
  const openAt = (file: RotatedFile | undefined, offset: number): Place | undefined =>
    file ? openRotated(current, file, offset) : openPlace(current, offset);
  let place = openAt(old, position.offset);

  const goTo = (file: RotatedFile | undefined, from: number): void => {
    if (place) closeSync(place.fd);
    old = file;
    place = openAt(file, from);
  };
  /** From a rotated file that was read to its end to the next newer one. */
  const goOn = ({ key }: RotatedFile): void => {
    rotated = rotatedFiles(current);
    const index = rotated.findIndex((file) => file.key === key);
    // Where the limit has removed it meanwhile, the oldest that is left is the next.
    goTo(index === 0 ? undefined : rotated.at(index === -1 ? -1 : index - 1), 0);
  };
  const readOld = (file: RotatedFile): Buffer | undefined => {
    const bytes = place && readAt(place, block);
    if (bytes !== undefined) return bytes;
    goOn(file);
    return read();
  };
  const readCurrent = (): Buffer | undefined => {
    place ??= openPlace(current, 0);
    if (place === undefined) return undefined;
    const { offset: before } = place;
    const bytes = readAt(place, block);
    // The marker first: one that goes away meanwhile leaves a rotated file that is seen then.
    const isRotating = existsSync(marker);
    const known = new Set(rotated.map((file) => file.key));
    const fresh = rotatedFiles(current).filter((file) => !known.has(file.key));
    const ours = fresh.at(-1);
    if (ours !== undefined) {
      goTo(ours, readLogTimeIndex(times).ofRotated(ours.inode)?.placeOf(before) ?? before);
      return read();
    }
    if (bytes !== undefined) return bytes;
    // Emptied by a rotation that is not done yet, or by somebody: only then it begins anew.
    if (!isRotating && isOver(place, current)) goTo(undefined, 0);
    return undefined;
  };
  const read = (): Buffer | undefined => (old === undefined ? readCurrent() : readOld(old));

  return {
    read,
    place: () => ({ rotated: old?.inode, offset: place?.offset ?? 0 }),
    writtenBefore: () => (place === undefined ? Date.now() : fstatSync(place.fd).mtimeMs),
    close() {
      if (place) closeSync(place.fd);
      place = undefined;
    },
  };
}

/** Opens a rotated file under the name that it has by now. */
function openRotated(current: string, { key }: RotatedFile, offset: number): Place | undefined {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const path = rotatedFiles(current).find((file) => file.key === key)?.path;
    const place = path === undefined ? undefined : openPlace(path, offset);
    if (path === undefined || (place && key.startsWith(`${place.inode}-`))) return place;
    // Renamed in between: another one has that name, or none.
    if (place) closeSync(place.fd);
  }
  return undefined;
}

function openPlace(path: string, offset: number): Place | undefined {
  try {
    const fd = openOwn(path);
    return { fd, inode: fstatSync(fd).ino, offset };
  } catch {
    // It is not there, or no longer.
    return undefined;
  }
}

function readAt(place: Place, block: Buffer): Buffer | undefined {
  const length = readSync(place.fd, block, 0, block.length, place.offset);
  place.offset += length;
  return length === 0 ? undefined : block.subarray(0, length);
}

/** Whether the file was emptied, or another one has its path. */
function isOver({ fd, inode, offset }: Place, path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  return (there !== undefined && there.ino !== inode) || fstatSync(fd).size < offset;
}
