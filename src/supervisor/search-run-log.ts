import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import type { TextPattern } from "../text/linear-pattern.ts";
import { withoutTerminalCodes } from "../text/terminal-codes.ts";

/** The part of a log that one run has written, read once from its start to its present end. */
export class RunLog {
  readonly #path: string;
  #position: number;
  #decoder = new StringDecoder("utf8");
  /** The beginning of a line whose end was not there yet. */
  #begun = "";

  /** @param from size of the log before the run, in bytes */
  constructor(path: string, from: number) {
    this.#path = path;
    this.#position = from;
  }

  /** Whether one of the lines since the last call matches; a line without its end yet is looked at too. */
  async has(pattern: TextPattern, signal?: AbortSignal): Promise<boolean> {
    let file: FileHandle;
    try {
      file = await open(this.#path, constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch {
      return false;
    }
    try {
      return await this.#search(file, pattern, signal);
    } finally {
      await file.close();
    }
  }

  async #search(file: FileHandle, pattern: TextPattern, signal: AbortSignal | undefined): Promise<boolean> {
    const { size } = await file.stat();
    // A log that was rotated starts anew.
    if (size < this.#position) this.#position = 0;
    const block = Buffer.alloc(BLOCK_BYTES);
    // Only to the size as it was: what floods its log faster than it is read would be read for ever.
    while (this.#position < size && !signal?.aborted) {
      const { bytesRead } = await file.read(
        block,
        0,
        Math.min(block.length, size - this.#position),
        this.#position,
      );
      if (bytesRead === 0) break;
      this.#position += bytesRead;
      const lines = (this.#begun + this.#decoder.write(block.subarray(0, bytesRead))).split(/\r?\n/);
      this.#begun = (lines.at(-1) ?? "").slice(-MOST_LINE_CHARS);
      // Whoever wrote a pattern has seen the line on a terminal, and no colours between its words.
      if (lines.map(withoutTerminalCodes).some((line) => pattern.test(line))) return true;
    }
    return false;
  }
}

const BLOCK_BYTES = 64 * 1024;
/** Of a line without an end, the last characters are kept: a flood without line breaks must not fill the memory. */
const MOST_LINE_CHARS = 64 * 1024;
