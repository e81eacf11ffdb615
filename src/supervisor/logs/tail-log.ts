import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { lastStateOf } from "./line-splitter.ts";

const { O_RDONLY, O_NOFOLLOW } = constants;

const BLOCK_BYTES = 16 * 1024;
/** The most that is read for a tail: a flood without line breaks must not fill the memory. */
const MOST_BYTES = 1024 * 1024;

/**
 * The last lines of a file, oldest first, without reading all of it. A file that is not there has none.
 *
 * @param lines how many at most
 * @param from byte offset that the tail does not go back behind
 */
export async function tailLog(path: string, lines: number, from = 0): Promise<string[]> {
  let file: FileHandle;
  try {
    file = await open(path, O_RDONLY | O_NOFOLLOW);
  } catch {
    return [];
  }
  try {
    const { size } = await file.stat();
    return lastLines(await readTail(file, Math.max(from, size - MOST_BYTES), size, lines), lines);
  } finally {
    await file.close();
  }
}

/** Reads backwards, block by block, until there are enough line breaks. */
async function readTail(file: FileHandle, start: number, end: number, lines: number): Promise<Buffer> {
  const blocks: Buffer[] = [];
  let breaks = 0;
  // One more line break than lines: the last line's own, and the one before the first line.
  for (let position = end; position > start && breaks <= lines; ) {
    const length = Math.min(BLOCK_BYTES, position - start);
    position -= length;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    const block = buffer.subarray(0, bytesRead);
    breaks += block.filter((byte) => byte === 0x0a).length;
    blocks.unshift(block);
  }
  return Buffer.concat(blocks);
}

// Decoded as a whole, so that no block border cuts a character of the lines that are kept.
function lastLines(bytes: Buffer, lines: number): string[] {
  const all = bytes.toString("utf8").split("\n");
  if (all.at(-1) === "") all.pop();
  return lines > 0 ? all.slice(-lines).map(lastStateOf) : [];
}
