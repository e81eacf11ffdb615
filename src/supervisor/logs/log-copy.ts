import { closeSync, constants, fdatasync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";

const BLOCK_BYTES = 256 * 1024;
/** Copying goes on beside a writer until so little is left, or for this many rounds. */
const LEFT_BYTES = 64 * 1024;
const MOST_ROUNDS = 20;

/** A copy of a log that grows: descriptors, and how much there is of it. */
export interface LogCopy {
  readonly from: number;
  readonly to: number;
  /** In bytes. */
  copied: number;
}

/** Begins a copy of a log. */
export function openLogCopy(log: string, copy: string): LogCopy {
  const { O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const from = openSync(log, O_RDWR | O_NOFOLLOW);
  try {
    return { from, to: openSync(copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), copied: 0 };
  } catch (error) {
    closeSync(from);
    throw error;
  }
}

export function closeLogCopy({ from, to }: LogCopy): void {
  closeSync(from);
  closeSync(to);
}

/**
 * Copies most of a log while its writer goes on. Where that one is faster than the copy, what is left then may be much.
 *
 * @param mostGrown where the log grows by more than that meanwhile, it is left off at once; in bytes
 */
export async function copyBesideWriter(copy: LogCopy, mostGrown: number): Promise<void> {
  const limit = fstatSync(copy.from).size + mostGrown;
  await copyUntilLittleIsLeft(copy, limit);
  // What was long safe on its disk shall not be less safe for having been moved. A flood does not wait for that.
  if (leftOf(copy) > LEFT_BYTES) return;
  await promisify(fdatasync)(copy.to);
  await copyUntilLittleIsLeft(copy, limit);
}

async function copyUntilLittleIsLeft(copy: LogCopy, limit: number): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { size } = fstatSync(copy.from);
    if (size - copy.copied <= LEFT_BYTES || size > limit) return;
    while (copy.copied < size && copyBlock(copy)) await setImmediate();
  }
}

function leftOf({ from, copied }: LogCopy): number {
  return fstatSync(from).size - copied;
}

/** Copies all that is left, in one go; false where somebody has written or emptied the log meanwhile. */
export function copyRest(copy: LogCopy): boolean {
  while (copyBlock(copy));
  return leftOf(copy) === 0;
}

/** Copies the next block; false at the end of the file. */
function copyBlock(copy: LogCopy): boolean {
  const length = copyBlockAt(copy, copy.copied, copy.copied, BLOCK_BYTES);
  copy.copied += length;
  return length > 0;
}

/** Copies a part of the log, up to a block, to a place in the copy. @returns how many bytes there were */
export function copyBlockAt({ from, to }: LogCopy, at: number, target: number, most: number): number {
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, most));
  const length = readSync(from, block, 0, block.length, at);
  let written = 0;
  while (written < length) written += writeSync(to, block, written, length - written, target + written);
  return length;
}
