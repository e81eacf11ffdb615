import type { Writable } from "node:stream";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Writes a beginning and then the same for ever, as fast as it is taken. Resolves when the other side has gone. */
export async function flood(response: Writable, first: string, again: string): Promise<void> {
  const chunk = again.repeat(Math.ceil((64 * 1024) / again.length));
  await pipeline(Readable.from(withoutEnd(first, chunk)), response).catch(() => undefined);
}

function* withoutEnd(first: string, chunk: string): Iterable<string> {
  if (first !== "") yield first;
  for (;;) yield chunk;
}
