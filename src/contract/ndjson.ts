/** One value and a line break, as Ollama frames its streams. */
export function encodeNdjson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Takes the bytes of one NDJSON stream, cut anywhere. Both calls throw SyntaxError at a line that is not JSON. */
export interface NdjsonDecoder {
  push(bytes: Uint8Array): void;
  /** Reads a last line that has no line break. */
  end(): void;
}

/** A decoder that hands out each value as its line is complete, so that what came before a bad line is not lost. */
export function createNdjsonDecoder(onValue: (value: unknown) => void): NdjsonDecoder {
  const utf8 = new TextDecoder();
  let rest = "";
  const read = (text: string): void => {
    // Only what is new is searched: a line of 1 MiB may come in thousands of pieces.
    const lines = text.split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() !== "") onValue(JSON.parse(line));
    }
  };
  return {
    push: (bytes) => read(utf8.decode(bytes, { stream: true })),
    end: () => read(`${utf8.decode()}\n`),
  };
}
