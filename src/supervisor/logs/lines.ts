/** A longer line is cut: a flood without line breaks must not fill the memory. In bytes. */
export const MAX_LINE_BYTES = 64 * 1024;

const LINE_BREAK = 0x0a;

/** Makes lines of bytes, however they are cut. */
export interface LineSplitter {
  /** The lines that end within these bytes. */
  push(bytes: Buffer): string[];
  /** The line that has no end yet, if any; the next one starts anew. */
  end(): string[];
}

/** A splitter at the beginning of a line. Bytes that are no UTF-8 become U+FFFD; a cut line says what it lacks. */
export function createLineSplitter(): LineSplitter {
  let parts: Buffer[] = [];
  let kept = 0;
  let cut = 0;
  const add = (bytes: Buffer): void => {
    const part = bytes.subarray(0, MAX_LINE_BYTES - kept);
    // A copy, so that a piece of a line does not keep a whole block in memory.
    if (part.length > 0) parts.push(Buffer.from(part));
    kept += part.length;
    cut += bytes.length - part.length;
  };
  const take = (): string => {
    const line = textOf(Buffer.concat(parts), cut);
    parts = [];
    kept = 0;
    cut = 0;
    return line;
  };
  return {
    push(bytes) {
      const lines: string[] = [];
      let from = 0;
      for (let to = bytes.indexOf(LINE_BREAK); to >= 0; to = bytes.indexOf(LINE_BREAK, from)) {
        add(bytes.subarray(from, to));
        lines.push(take());
        from = to + 1;
      }
      add(bytes.subarray(from));
      return lines;
    },
    end: () => (kept === 0 ? [] : [take()]),
  };
}

function textOf(bytes: Buffer, cut: number): string {
  // With `stream`, a character that the cut went through is left out.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: cut > 0 });
  return cut > 0 ? `${text} … (${cut} more bytes)` : text.replace(/\r$/, "");
}
