import { closeSync, readSync, renameSync, rmSync } from "node:fs";
import { ifThere } from "../../errors/thrown-error.ts";
import { openOwn } from "../../files/private-files.ts";
import { type LogCut, NO_CUT } from "./log-cut.ts";
import { rotatedFiles, rotatedPath } from "./log-files.ts";

const BLOCK_BYTES = 256 * 1024;

/** Gives the copy of a log its name as the newest rotated file. */
export function publishRotated(log: string, copy: string): void {
  makeRoom(log);
  renameSync(copy, rotatedPath(log, 1));
}

/** Moves rotated files up by one, as far as needed for the number 1 to be free; does nothing where it is. */
export function makeRoom(log: string): void {
  const numbers = rotatedFiles(log).map(({ number }) => number);
  const gap = numbers.findIndex((number, index) => number !== index + 1);
  for (let number = gap < 0 ? numbers.length : gap; number >= 1; number -= 1) {
    renameSync(rotatedPath(log, number), rotatedPath(log, number + 1));
  }
}

/**
 * Ends what a rotation left half done, whatever it was. As long as the log still has what is in the copy (it begins
 * with that, or has it where it was to be cut), the log was not emptied and the copy is one too many; else the copy is
 * the only place where its lines are.
 */
export function settleRotation(log: string, copy: string, cut: LogCut = NO_CUT): void {
  const isRedundant = hasStill(log, copy, cut);
  if (isRedundant === undefined) return;
  if (isRedundant) rmSync(copy, { force: true });
  // The guard of a killed rotation may be doing the same.
  else ifThere(() => publishRotated(log, copy));
}

/** Undefined where there is no copy. */
function hasStill(log: string, copy: string, { from, notice }: LogCut): boolean | undefined {
  const part = ifThere(() => openOwn(copy));
  if (part === undefined) return undefined;
  const whole = ifThere(() => openOwn(log));
  try {
    for (let position = 0; ; ) {
      const expected = readBlock(part, notice + position);
      if (expected.length === 0) return true;
      if (
        whole === undefined ||
        !readBlock(whole, from + position)
          .subarray(0, expected.length)
          .equals(expected)
      )
        return false;
      position += expected.length;
    }
  } finally {
    closeSync(part);
    if (whole !== undefined) closeSync(whole);
  }
}

function readBlock(fd: number, position: number): Buffer {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  return block.subarray(0, readSync(fd, block, 0, block.length, position));
}
