import { DEFAULTS } from "../src/contract/contract-defaults.ts";
import { createSseDecoder, type SseMessage } from "../src/contract/sse-decoder.ts";

/** How long a connection may bring nothing, not even a heartbeat, before it counts as dead. */
const SILENCE_LIMIT_MS = 3 * DEFAULTS.heartbeatMs;

/** The messages of a response, in groups as they arrive. Leaving the loop closes the connection. */
export async function* readMessages(
  response: Response,
  heard: () => void,
): AsyncGenerator<readonly SseMessage[]> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let messages: SseMessage[] = [];
  const decoder = createSseDecoder({ onMessage: (message) => messages.push(message) });
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      decoder.push(value);
      yield messages;
      messages = [];
    }
  } finally {
    // The connection may be gone already; then there is nothing to close.
    await reader.cancel().catch(() => undefined);
  }
}

/** A signal that aborts when nothing was heard for too long. */
export function watchSilence(): { signal: AbortSignal; heard(): void; stop(): void } {
  const silent = new AbortController();
  const start = (): ReturnType<typeof setTimeout> => setTimeout(() => silent.abort(), SILENCE_LIMIT_MS);
  let timer = start();
  return {
    signal: silent.signal,
    heard: () => {
      clearTimeout(timer);
      timer = start();
    },
    stop: () => clearTimeout(timer),
  };
}

/** Resolves after this many milliseconds, or when the signal aborts. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
