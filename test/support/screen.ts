import { PassThrough } from "node:stream";
import { createScreen, type Screen } from "../../src/cli/screen.ts";

/** A screen whose output can be read; a terminal where it has columns. */
export function readableScreen(columns?: number): {
  screen: Screen;
  output(): string;
  resize(to: number): void;
} {
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const stream = Object.assign(new PassThrough(), terminal);
  const written: Buffer[] = [];
  stream.on("data", (bytes: Buffer) => written.push(bytes));
  return {
    screen: createScreen(stream as unknown as NodeJS.WriteStream),
    output: () => Buffer.concat(written).toString(),
    resize(to) {
      Object.assign(stream, { columns: to });
    },
  };
}
