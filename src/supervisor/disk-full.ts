import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { nodeErrorCode } from "../errors/thrown-error.ts";

/** Whether an error, or what caused it, is that the disk or the user's share of it is full. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = nodeErrorCode(error);
  return code === "ENOSPC" || code === "EDQUOT" || isDiskFull(error.cause);
}

/**
 * Writes JSON over the file that is there, which takes no new room: what is left of the old text becomes blanks. In one
 * write, though not whole or not at all: only for a disk on which a new file has no room.
 *
 * @returns false where the old text is shorter, or nothing was written
 */
export function overwriteJson(path: string, text: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  } catch {
    return false;
  }
  try {
    const bytes = Buffer.from(text);
    const blanks = fstatSync(fd).size - bytes.length;
    if (blanks < 0) return false;
    const whole = Buffer.concat([bytes, Buffer.alloc(blanks, " ")]);
    return writeSync(fd, whole, 0, whole.length, 0) === whole.length;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
}
