import { LIMITS } from "./contract-defaults.ts";

/** One value and a line break, as Ollama frames its streams. */
export function encodeNdjson(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/**
 * Takes the bytes of one NDJSON stream, cut anywhere. Both calls throw SyntaxError at a line that is not JSON, or
 * that is longer than the decoder takes.
 */
export interface NdjsonDecoder {
  push(bytes: Uint8Array): void;
  /** Reads a last line that has no line break. */
  end(): void;
}

/** Where a decoder's patience ends, and what it tells beside the values. */
export interface NdjsonOptions {
  /** Longest line, in characters. */
  readonly maxLineChars?: number;
  /** Told of the characters of blank lines, which mean nothing. */
  readonly onBlank?: (chars: number) => void;
}

/** A decoder that hands out each value as its line is complete, so that what came before a bad line is not lost. */
export function createNdjsonDecoder(
  onValue: (value: unknown) => void,
  options: NdjsonOptions = {},
): NdjsonDecoder {
  return createLineDecoder((line) => onValue(JSON.parse(line)), options);
}

/** The same of lines that are not JSON from their beginning: hands out each as it is complete, but for blank ones. */
export function createLineDecoder(
  onLine: (line: string) => void,
  { maxLineChars = LIMITS.lineChars, onBlank }: NdjsonOptions = {},
): NdjsonDecoder {
  const utf8 = new TextDecoder();
  let rest = "";
  const readLine = (line: string): void => {
    if (line.length > maxLineChars) throw tooLong(maxLineChars);
    if (line.trim() === "") onBlank?.(line.length + 1);
    else onLine(line);
  };
  const read = (text: string): void => {
    // Only what is new is searched: a line of 1 MiB may come in thousands of pieces.
    const lines = text.split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop() ?? "";
    for (const line of lines) readLine(line);
    if (rest.length > maxLineChars) throw tooLong(maxLineChars);
  };
  return {
    push: (bytes) => read(utf8.decode(bytes, { stream: true })),
    end: () => read(`${utf8.decode()}\n`),
  };
}

function tooLong(maxLineChars: number): SyntaxError {
  return new SyntaxError(`a line is longer than ${maxLineChars} characters`);
}
