/** A longer line is cut: a flood without line breaks must not fill the memory. In bytes. */
export const MAX_LINE_BYTES = 64 * 1024;

const LINE_BREAK = 0x0a;
const RETURN = 0x0d;

/** A line of bytes. */
export interface SplitLine {
  /**
   * Without its line break. Of a line that was written over, as a progress bar does with carriage returns, the last
   * state; bytes that are no UTF-8 are U+FFFD; what was cut says how much it lacks.
   */
  readonly text: string;
  /** Where it ends, its line break included: in bytes behind the beginning of the bytes that were given last. */
  readonly end: number;
}

/** Makes lines of bytes, however they are cut. */
export interface LineSplitter {
  /** The lines that end within these bytes. */
  push(bytes: Buffer): SplitLine[];
  /** The line that has no end yet, if any; the next one starts anew. */
  end(): string[];
}

/** A splitter at the beginning of a line. */
export function createLineSplitter(): LineSplitter {
  let parts: Buffer[] = [];
  let kept = 0;
  let cut = 0;
  /** Whether the last byte was a carriage return: what comes next is written over the line, or is its end. */
  let isReturned = false;
  const forget = (): void => {
    parts = [];
    kept = 0;
    cut = 0;
    isReturned = false;
  };
  const add = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    const over = lastReturn(bytes);
    if (over >= 0 || (isReturned && bytes[0] !== RETURN)) forget();
    const rest = bytes.subarray(over + 1);
    isReturned = rest.at(-1) === RETURN;
    const part = rest.subarray(0, MAX_LINE_BYTES - kept);
    // A copy, so that a piece of a line does not keep a whole block in memory.
    if (part.length > 0) parts.push(Buffer.from(part));
    kept += part.length;
    cut += rest.length - part.length;
  };
  const take = (): string => {
    const line = textOf(Buffer.concat(parts), cut);
    forget();
    return line;
  };
  return {
    push(bytes) {
      const lines: SplitLine[] = [];
      let from = 0;
      for (let to = bytes.indexOf(LINE_BREAK); to >= 0; to = bytes.indexOf(LINE_BREAK, from)) {
        add(bytes.subarray(from, to));
        lines.push({ text: take(), end: to + 1 });
        from = to + 1;
      }
      add(bytes.subarray(from));
      return lines;
    },
    end: () => (kept === 0 ? [] : [take()]),
  };
}

/** A line as a terminal would show it last, where it was written over: after its last carriage return but one at its end. */
export function lastStateOf(line: string): string {
  const shown = line.replace(/\r+$/, "");
  return shown.slice(shown.lastIndexOf("\r") + 1);
}

/** Index of the last carriage return that something is written after; below 0 where there is none. */
function lastReturn(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === RETURN) end -= 1;
  return end === 0 ? -1 : bytes.lastIndexOf(RETURN, end - 1);
}

function textOf(bytes: Buffer, cut: number): string {
  // With `stream`, a character that the cut went through is left out.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: cut > 0 });
  return cut > 0 ? `${text} … (${cut} more bytes)` : text.replace(/\r+$/, "");
}
