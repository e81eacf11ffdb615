import type { SeenStream } from "../http-client.ts";
import type { Reading } from "./chat-client.ts";

/** Begins to read a reply's stream, until it ends, the signal says so, or it is left as a closed tab does. */
export function startCancellableReading(
  read: (until: AbortSignal) => Promise<SeenStream>,
  signal: AbortSignal,
): Reading {
  const left = new AbortController();
  const ended = read(AbortSignal.any([signal, left.signal]));
  // Whoever waits for the end is told; nobody may.
  ended.catch(() => undefined);
  return { ended, leave: () => left.abort() };
}
